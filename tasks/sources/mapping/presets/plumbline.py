"""Our own names."""

from tasks.domain.interaction import CANONICAL_NAMES
from tasks.sources.mapping.columns import Preset, paths

PLUMBLINE = Preset(columns={name: paths(name) for name in CANONICAL_NAMES})
"""Every canonical name at the top of the row."""

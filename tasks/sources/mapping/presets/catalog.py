"""Name of each preset and its table."""

from collections.abc import Mapping

from tasks.sources.mapping.columns import Preset
from tasks.sources.mapping.presets.langfuse import LANGFUSE
from tasks.sources.mapping.presets.litellm import LITELLM
from tasks.sources.mapping.presets.otel_genai import OTEL_GENAI
from tasks.sources.mapping.presets.plumbline import PLUMBLINE

PRESETS: Mapping[str, Preset] = {
    "plumbline": PLUMBLINE,
    "otel_genai": OTEL_GENAI,
    "langfuse": LANGFUSE,
    "litellm": LITELLM,
}
"""By the name used in `logs.preset`."""

"""Known log formats, one a file, each with the table of where its values stand."""

from tasks.sources.presets.catalog import PRESETS

__all__ = ["PRESETS"]

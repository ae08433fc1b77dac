"""Known log formats, one a file, each with the table of where its values stand."""

from tasks.sources.mapping.presets.catalog import PRESETS
from tasks.sources.mapping.presets.mlflow_trace import MLFLOW_TRACE

__all__ = ["MLFLOW_TRACE", "PRESETS"]

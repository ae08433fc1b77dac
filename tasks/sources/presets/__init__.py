"""Known log formats, one a file, each with the table of where its values stand."""

from tasks.sources.presets.catalog import PRESETS
from tasks.sources.presets.mlflow_trace import MLFLOW_TRACE

__all__ = ["MLFLOW_TRACE", "PRESETS"]

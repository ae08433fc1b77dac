"""Registry: what is live, what was good, what is quarantined; prompts beside. MLflow's Model and Prompt Registry.

`Registry.connect()` is the door; `connect` and `named` are for the rooms above that record in the same MLflow.
"""

from tasks.registry.connection import connect, mlflow_uri, named, without_password
from tasks.registry.registry import Registry

__all__ = ["Registry", "connect", "mlflow_uri", "named", "without_password"]

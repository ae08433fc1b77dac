"""Where things are kept when the environment names no place: all below one folder."""

HOME = ".plumbline"
"""Everything embedded lies below it, relative to where Plumbline is run."""

EMBEDDED_MLFLOW_URI = f"sqlite:///{HOME}/mlflow.db"
"""MLflow's database of an embedded run; artifacts lie beside it."""

DEMO_HOME = f"{HOME}/demo"
"""The demo's own store and MLflow database, made anew by each demo."""

DEMO_MLFLOW_URI = f"sqlite:///{DEMO_HOME}/mlflow.db"

TRIAL_HOME = f"{HOME}/try"
"""What `make try` leaves, a folder for each service: the report, the block for prefect.yaml, the replay's records."""

"""A/B: two releases that serve side by side. Pure: state in, state out, JSON-serializable.

`assign` says which release serves a unit; `start`, `update` and `decide` follow a comparison window by window.
"""

from tasks.experiments.assignment import assign

__all__ = ["assign"]

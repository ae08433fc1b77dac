"""`pull`: one pass over the logs; of each (release, window) a sample to judge and a summary to decide on."""

from tasks.sources.pulling.one_pass import pull
from tasks.sources.pulling.pulled import Pulled, WindowIntake

__all__ = ["Pulled", "WindowIntake", "pull"]

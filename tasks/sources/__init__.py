"""Where interactions come from: log files of any known format, read once, bad rows put aside with their cause.

`read` yields the interactions of a stretch of time; `pull` takes in windows: a sample to judge and a summary to decide
on; `make_up` writes made-up logs to try things with.
"""

from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.sources.pulled import Pulled, WindowIntake
from tasks.sources.pulling import pull
from tasks.sources.quarantine import QuarantinedRow
from tasks.sources.reading import Reading, read

__all__ = ["MadeUpRelease", "Pulled", "QuarantinedRow", "Reading", "WindowIntake", "make_up", "pull", "read"]

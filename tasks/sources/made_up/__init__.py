"""Made-up logs of a support bot: what it is asked and answers (`texts`), and a log file of it (`logs`)."""

from tasks.sources.made_up.logs import MadeUpRelease, make_up

__all__ = ["MadeUpRelease", "make_up"]

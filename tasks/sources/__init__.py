"""Where interactions come from: log files of any known format, read once, bad rows put aside with their cause.

`read` yields the interactions of a stretch of time; `pull` takes in windows: a sample to judge and a summary to decide
on; `look_up` finds some by their ids; `read_labels` reads what people said of them; `make_up` writes made-up logs to
try things with.

    read, look_up, survey, pull
      └► entries      file after file: formats/ (how a CSV is read)
           └► mapping/    a row to an interaction; presets/ name the known formats

On the way: `quarantine` (rows put aside), `repeats` (an id counts once), `masking` (personal data of what is kept).
`guessing/` proposes a mapping for logs nobody has described.
"""

from tasks.sources.labels import LabelReading, read_labels
from tasks.sources.lookup import look_up
from tasks.sources.made_up import MadeUpRelease, make_up
from tasks.sources.pulling import Pulled, WindowIntake, pull
from tasks.sources.quarantine import QuarantinedRow
from tasks.sources.reading import Reading, read

__all__ = [
    "LabelReading",
    "MadeUpRelease",
    "Pulled",
    "QuarantinedRow",
    "Reading",
    "WindowIntake",
    "look_up",
    "make_up",
    "pull",
    "read",
    "read_labels",
]

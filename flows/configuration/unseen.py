"""What is no fault where the files are read, and may be one where they are deployed: remarks of `make config`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from flows.configuration.checking import Checked
from tasks.domain.errors import SourceError
from tasks.domain.settings.logs import LogSource
from tasks.sources.formats.files import find_files

_SHOWN = 3


def without_pull(files: Sequence[Path]) -> Iterator[str]:
    """Yield that some files do not say what a worker does before a run; `read` must have found nothing wrong there."""
    lacking = []
    for file in files:
        raw = yaml.safe_load(file.read_text())
        if not (raw.get("pull") or all(one.get("pull") for one in raw["deployments"])):
            lacking.append(str(file))
    if lacking:
        yield f"no `pull:` in {_several(lacking)}: Prefect guesses where the code lies; copy that of prefect.yaml"


def unseen_logs(checked: Sequence[Checked]) -> Iterator[str]:
    """Yield which `logs.path` mean no file from here."""
    paths: dict[str, None] = {}
    for one in checked:
        if one.effective is not None and one.signature is not None:
            given = one.signature.settings(one.stated.parameters).values()
            sources = [logs for logs in given if isinstance(logs, LogSource) and logs.kind == "files"]
            paths |= dict.fromkeys(logs.path for logs in sources if not _means_files(logs.path))
    if paths:
        yield f"no log file is seen from here at logs.path {_several(list(map(repr, paths)))}; workers may see some"


def _means_files(path: str) -> bool:
    try:
        return bool(find_files(path))
    except SourceError:
        return False


def _several(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

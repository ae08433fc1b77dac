"""The files a path means: one file, a folder's, or a glob's, in the order of their names; and how to open them."""

from __future__ import annotations

import glob
import gzip
from pathlib import Path
from typing import IO, cast

from tasks.domain.errors import SourceError

FORMATS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".jsonlines": "jsonl",
    ".log": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
}
"""Format by ending; all but Parquet also with `.gz`."""

# Reads of 1 MiB: larger ones gain nothing, smaller ones cost 5 % more system time.
_BUFFER_BYTES = 1 << 20


def format_of(file: Path) -> str | None:
    """Return the file's format by its ending, None for one we cannot read."""
    name = file.name.lower()
    bare = name.removesuffix(".gz")
    known = FORMATS.get(Path(bare).suffix)
    return None if known == "parquet" and bare != name else known


def find_files(path: str, setting: str = "logs.path") -> list[Path]:
    """Return the files the path means, sorted by name; a folder is searched through, hidden files are left out.

    Args:
        path: What was asked for.
        setting: Where that was said, for the error.

    Raises:
        SourceError: naming the path, when it means no file, none with a known ending, or only empty ones.
    """
    place = Path(path).expanduser()
    if place.is_file():
        found = [place]
    elif place.is_dir():
        found = sorted(file for file in place.rglob("*") if file.is_file() and not _hidden(file.relative_to(place)))
    elif glob.has_magic(str(place)):
        found = sorted(
            file
            for match in glob.glob(str(place), recursive=True)  # noqa: PTH207 (pathlib takes no absolute pattern)
            if (file := Path(match)).is_file()
        )
    else:
        raise SourceError(f"{setting} {path!r} does not exist; name a file, a folder or a glob such as logs/*.jsonl.gz")
    if not found:
        raise SourceError(
            f"{setting} {path!r} matches no file; name a file, a folder or a glob such as logs/*.jsonl.gz"
        )
    known = [file for file in found if format_of(file)]
    if not known:
        raise SourceError(
            f"{setting} {path!r} has no file with an ending we read ({', '.join(FORMATS)}, all but Parquet also .gz); "
            f"the first it has is {found[0].name!r}"
        )
    filled = [file for file in known if file.stat().st_size]
    if not filled:
        raise SourceError(f"{setting} {path!r} is empty ({known[0].name!r} has 0 bytes); check what writes it")
    return filled


def open_bytes(file: Path) -> IO[bytes]:
    """Open a file for reading bytes, unpacked where it ends in `.gz`."""
    if file.name.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(file, "rb"))
    return file.open("rb", buffering=_BUFFER_BYTES)


def _hidden(file: Path) -> bool:
    return any(part.startswith(".") for part in file.parts)

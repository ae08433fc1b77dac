"""Rows put aside: each with a cause in plain words and where to find it, never with its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b


class Fault(Exception):  # noqa: N818 (a row's fault is data, no error of the program)
    """Why a row is no interaction; caught where rows are read and counted there.

    Attributes:
        cause: In plain words, such as `missing timestamp`.
        fields: The canonical names at fault.
    """

    def __init__(self, cause: str, *fields: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.fields = fields


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRow:
    """A row put aside.

    Attributes:
        cause: In plain words, such as `not JSON`.
        file: Name of the file.
        line: Line in it (Parquet: row), counted from 1.
        digest: Hash of the line, to recognize it again.
        moment: Its own timestamp where that can be read, else about when: the middle one of the three rows before it
            in the file (one of them may be far out), else that of the first readable row after it; None when the file
            has no readable row.
        fields: Canonical names at fault.
        service: The service it names, where it can be read.
        release: The release it names, where it can be read.
    """

    cause: str
    file: str
    line: int
    digest: str
    moment: datetime | None = None
    fields: tuple[str, ...] = ()
    service: str | None = None
    release: str | None = None


def digest_of(line: bytes) -> str:
    """Return 16 hex digits that recognize a line."""
    return blake2b(line, digest_size=8).hexdigest()

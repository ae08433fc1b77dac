"""What people name and say in parameters, checked where it enters: it stands in records, pages, chats and terminals."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from tasks.domain.errors import SettingsError
from tasks.domain.naming import legible, line


def _legible(name: str) -> str:
    if not legible(name):
        raise SettingsError(
            f"the name {name!r} holds line breaks, control characters or marks that turn the reading direction; "
            "write it without"
        )
    return name


Name = Annotated[str, AfterValidator(_legible)]
"""A service, release or model: what is read is what stands there, so that one cannot pass for another."""

Line = Annotated[str, AfterValidator(line)]
"""What a person says, kept as one line that is what it looks like."""

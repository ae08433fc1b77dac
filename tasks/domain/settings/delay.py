"""Lengths of time as people write them in settings."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from tasks.domain.window import parse_delay


def _a_delay(text: str) -> str:
    parse_delay(text)
    return text


Delay = Annotated[str, AfterValidator(_a_delay)]
"""Such as 90s, 10m, 6h or 2d, kept as written: it is shown in the run form and in reports."""

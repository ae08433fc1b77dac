"""When a row happened: ISO 8601 text, `31.12.2026 23:59:59`, or a count since 1970 in seconds or parts of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from tasks.sources.quarantine import Fault

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Counts since 1970 tell their unit by their size: as seconds, 1e8 is 1973 and 1e11 the year 5138.
_MICROSECONDS_BELOW = ((1e8, None), (1e11, 1_000_000), (1e14, 1_000), (1e17, 1), (1e20, 0.001))

_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}),?\s+(?P<hour>\d{1,2})(?P<rest>:\d{2}(:\d{2}([.,]\d{1,6})?)?)"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
"""Dots part dates that begin with the day, wherever they are used. With slashes either may come first: no guess."""


def moment_of(value: Any, *, naive_zone: tzinfo | None = None) -> datetime:
    """Return the moment as aware UTC.

    Args:
        value: Text, number or datetime.
        naive_zone: What the format or the settings say of times without a zone. Otherwise they are a fault: which
            hour they mean is a guess, and a wrong guess puts the row into a wrong window in silence.

    Raises:
        Fault: `missing timestamp`, `unreadable timestamp` or `naive timestamp`.
    """
    if value is None or value == "":
        raise Fault("missing timestamp", "timestamp")
    moment = value if isinstance(value, datetime) else _read(value)
    if moment.tzinfo is None:
        if naive_zone is None:
            raise Fault("naive timestamp", "timestamp")
        moment = moment.replace(tzinfo=naive_zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Fault("unreadable timestamp", "timestamp") from None


def _read(value: Any) -> datetime:
    if isinstance(value, str):
        text = value.strip()
        for zone in (" UTC", " GMT"):
            if text.endswith(zone):
                text = text.removesuffix(zone) + "+00:00"
        if not _is_count(text):
            try:
                return datetime.fromisoformat(_as_iso(text))
            except ValueError:
                raise Fault("unreadable timestamp", "timestamp") from None
        value = float(text) if "." in text else int(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Fault("unreadable timestamp", "timestamp")
    for bound, scale in _MICROSECONDS_BELOW:
        if 0 < value < bound and scale is not None:
            microseconds = value // 1000 if scale == 0.001 else round(value * scale)
            return _EPOCH + timedelta(microseconds=microseconds)
        if value < bound:
            break
    raise Fault("unreadable timestamp", "timestamp")


def _as_iso(text: str) -> str:
    """Return a date that begins with the day as ISO 8601 writes it; anything else as it is."""
    found = _DAY_FIRST.fullmatch(text)
    if found is None:
        return text
    date = f"{found['year']}-{found['month']:0>2}-{found['day']:0>2}"
    return f"{date}T{found['hour']:0>2}{found['rest'].replace(',', '.')}{found['zone'] or ''}"


def _is_count(text: str) -> bool:
    """Whether the text is a plain number of 9 digits (`20260604` is a date) to 20 (nanoseconds in the year 5138)."""
    whole, _, fraction = text.partition(".")
    return whole.isascii() and whole.isdigit() and 9 <= len(whole) <= 20 and (not fraction or fraction.isdigit())

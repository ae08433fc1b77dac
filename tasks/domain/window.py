"""Windows: half-open intervals `[start, end)` on a fixed UTC grid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tasks.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open interval `[start, end)`, both aware and UTC."""

    start: datetime
    end: datetime

    @property
    def hour(self) -> int:
        """Hour of the day (UTC) in which the window starts, 0 to 23; the stratum of hour-of-day effects."""
        return self.start.hour

    @property
    def length(self) -> timedelta:
        """How long the window is."""
        return self.end - self.start


def span(start: datetime, end: datetime, *, year: bool = True) -> str:
    """Return `[start, end)` as people write it: days by their dates, up to and with the last; midnight ends as 24:00.

    >>> span(datetime(2026, 11, 25, 13, tzinfo=UTC), datetime(2026, 11, 25, 14, tzinfo=UTC))
    '2026-11-25 13:00–14:00Z'
    >>> span(datetime(2026, 11, 25, 21, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
    '2026-11-25 21:00–24:00Z'
    >>> span(datetime(2026, 11, 25, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC))
    '2026-11-25 UTC'
    >>> span(datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 26, tzinfo=UTC), year=False)
    '11-24 – 11-25 UTC'
    """
    day = "%Y-%m-%d" if year else "%m-%d"
    last = end - timedelta(microseconds=1)
    if start == floor(start, _DAY) and end == floor(end, _DAY) and start < end:
        dates = dict.fromkeys(f"{moment:{day}}" for moment in (start, last))
        return f"{' – '.join(dates)} UTC"
    if start.date() == last.date():
        return f"{start:{day} %H:%M}–{'24:00' if last.date() < end.date() else f'{end:%H:%M}'}Z"
    return f"{start:{day} %H:%M}Z – {end:{day} %H:%M}Z"


def parse_length(text: str) -> timedelta:
    """Turn `"15m"`, `"1h"`, `"1d"` into a length that divides a day (or is whole days).

    Raises:
        SettingsError: naming the text, when it is no such length.

    >>> parse_length("15m")
    datetime.timedelta(seconds=900)
    """
    match = re.fullmatch(r"([1-9]\d{0,3})([mhd])", text.strip())
    length = int(match[1]) * _UNITS[match[2]] if match else timedelta(0)
    if not length or (length < _DAY and _DAY % length) or (length > _DAY and length % _DAY):
        raise SettingsError(
            f"window {text!r} is no length that divides a day; use one like '15m', '1h', '3h', '6h', '1d'"
        )
    return length


def parse_delay(text: str) -> timedelta:
    """Turn `"10m"`, `"6h"`, `"2d"`, `"90s"` into a delay; `"0m"` is none.

    Raises:
        SettingsError: naming the text, when it is no such delay.
    """
    match = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not match:
        raise SettingsError(f"{text!r} is no length of time; use one like '90s', '10m', '6h', '2d'")
    return int(match[1]) * (_UNITS | {"s": timedelta(seconds=1)})[match[2]]


def floor(moment: datetime, length: timedelta) -> datetime:
    """Return the start of the window the moment lies in."""
    return moment - (moment - _EPOCH) % length


def ceil(moment: datetime, length: timedelta) -> datetime:
    """Return the first grid point at or after the moment."""
    return floor(moment + length - timedelta(microseconds=1), length)


def window_of(moment: datetime, length: timedelta) -> Window:
    """Return the window the moment lies in."""
    start = floor(moment, length)
    return Window(start, start + length)


def windows_between(start: datetime, end: datetime, length: timedelta) -> Iterator[Window]:
    """Yield the windows of the grid from the one `start` lies in up to the last that ends by `end`."""
    at = floor(start, length)
    while at + length <= end:
        yield Window(at, at + length)
        at += length


def aware_utc(moment: datetime, name: str) -> datetime:
    """Return the moment in UTC.

    Raises:
        SettingsError: naming the parameter, when the moment has no zone.
    """
    if moment.tzinfo is None:
        raise SettingsError(
            f"{name} {moment.isoformat()!r} has no time zone; write it as {moment.isoformat()}Z or with an offset"
        )
    return moment.astimezone(UTC)

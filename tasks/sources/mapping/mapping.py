"""What a log source's preset, columns and segment say together: where each canonical value stands in its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import CANONICAL_NAMES
from tasks.domain.settings.logs import LogSource
from tasks.sources.mapping.columns import Column, NotZero, Path, Preset, Scaled
from tasks.sources.mapping.presets import MLFLOW_TRACE, PRESETS

NUMBERS = ("input_tokens", "output_tokens", "latency_ms", "cost_usd", "feedback")
"""Canonical names whose values are numbers."""

_SCALED = re.compile(r"(?P<path>.*\S)\s+\*\s+(?P<factor>\d+(\.\d+)?(e-?\d+)?)")
"""A column in another unit: `latency_s * 1000`."""


@dataclass(frozen=True)
class Mapping:
    """Where each canonical value stands.

    Attributes:
        columns: Canonical name to the places to look at; the first that has a value counts.
        named: The columns the user named, by canonical name: each must occur.
        preset: The format, for what else it defines.
        naive_zone: Where times without a zone were written; None: nobody says, and they are put aside.
    """

    columns: Table[str, tuple[Column, ...]]
    named: Table[str, str]
    preset: Preset
    naive_zone: tzinfo | None = None

    def number_paths(self) -> frozenset[str]:
        """Return where the numbers stand."""
        places = (place for name in NUMBERS for place in self.columns.get(name, ()))
        return frozenset(place.path for place in places if isinstance(place, Path | Scaled | NotZero))

    def one_path_each(self) -> dict[str, str] | None:
        """Return canonical name to path, where every value stands at one path of its own; else None."""
        paths = {}
        for name, places in self.columns.items():
            place = places[0] if len(places) == 1 else None
            if not isinstance(place, Path):
                return None
            paths[name] = place.path
        return paths if len(set(paths.values())) == len(paths) else None


def mapping_of(source: LogSource) -> Mapping:
    """Put preset, columns and segment together; `logs.segment` wins over `columns.segment`, '' leaves out."""
    preset = MLFLOW_TRACE if source.kind == "mlflow_traces" else PRESETS[source.preset]
    named = dict(source.columns)
    if source.segment is not None:
        named["segment"] = source.segment
    columns: dict[str, tuple[Column, ...]] = dict(preset.columns)
    places = {name: _place(text) for name, text in named.items() if text}
    columns |= {name: (place,) for name, place in places.items()}
    left_out = named.keys() - places.keys()
    zone = ZoneInfo(source.timezone) if source.timezone else UTC if preset.naive_is_utc else None
    return Mapping(
        columns={name: columns[name] for name in CANONICAL_NAMES if name in columns and name not in left_out},
        named={name: place.path for name, place in places.items()},
        preset=preset,
        naive_zone=zone,
    )


def _place(text: str) -> Path | Scaled:
    """Return where a column named in the settings stands, in which unit."""
    scaled = _SCALED.fullmatch(text)
    return Scaled(scaled["path"], float(scaled["factor"])) if scaled else Path(text)


def source_of(logs: LogSource | dict[str, Any]) -> LogSource:
    """Return the settings, also from a plain dict.

    Raises:
        SettingsError: saying what is wrong with the dict.
    """
    if isinstance(logs, LogSource):
        return logs
    try:
        return LogSource.model_validate(logs)
    except ValidationError as error:
        problems = (": ".join((".".join(map(str, one["loc"])), one["msg"])).lstrip(": ") for one in error.errors())
        raise SettingsError("logs: " + "; ".join(problems)) from None

"""What a log source's preset, columns and segment say together: where each canonical value stands in its rows."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import CANONICAL_NAMES
from tasks.domain.settings.logs import LogSource
from tasks.sources.columns import Column, Path, Preset
from tasks.sources.presets import MLFLOW_TRACE, PRESETS


@dataclass(frozen=True)
class Mapping:
    """Where each canonical value stands.

    Attributes:
        columns: Canonical name to the places to look at; the first that has a value counts.
        named: The columns the user named, by canonical name: each must occur.
        preset: The format, for what else it defines.
    """

    columns: Table[str, tuple[Column, ...]]
    named: Table[str, str]
    preset: Preset

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
    """Put preset, columns and segment together; `logs.segment` wins over `columns.segment`."""
    preset = MLFLOW_TRACE if source.kind == "mlflow_traces" else PRESETS[source.preset]
    named = dict(source.columns)
    if source.segment is not None:
        named["segment"] = source.segment
    columns: dict[str, tuple[Column, ...]] = dict(preset.columns)
    columns |= {name: (Path(path),) for name, path in named.items()}
    return Mapping(
        columns={name: columns[name] for name in CANONICAL_NAMES if name in columns},
        named=named,
        preset=preset,
    )


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

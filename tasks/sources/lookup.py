"""`look_up`: some interactions of the logs by their ids, as a judge may see them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from tasks.domain.interaction import Interaction
from tasks.domain.settings.logs import LogSource
from tasks.sources.formats.strict import plain
from tasks.sources.masking import masked
from tasks.sources.reading import read


def look_up(
    logs: LogSource, service: str, ids: Collection[str], start: datetime, end: datetime
) -> dict[str, Interaction]:
    """Return the interactions of these ids, masked as the settings ask; what is not there is left out.

    Reading ends with the last one found; of a repeated id the first row counts.

    Args:
        logs: Where they are.
        service: The service; rows of others are ignored, rows that name none are its own.
        ids: Which ones.
        start: Aware; the first moment that counts.
        end: Aware; the first that no longer does.

    Raises:
        SettingsError: when start is not before end.
        SourceError: when the logs cannot be read.
    """
    wanted = set(ids)
    found: dict[str, Interaction] = {}
    reading = iter(read(logs, start, end)) if wanted else iter(())
    for row in reading:
        if row.interaction_id in wanted and row.service in {None, service}:
            wanted.remove(row.interaction_id)
            found[row.interaction_id] = plain(row)
            if not wanted:
                break
    if not logs.mask:
        return found
    hidden = masked(found.values(), logs.mask, logs.mask_region)
    return {interaction.interaction_id: interaction for interaction in hidden}

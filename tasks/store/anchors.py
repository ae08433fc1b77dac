"""Anchors: interactions of a baseline with their texts and first scores, to be judged again.

The only place where the store keeps texts, as masked as the judge saw them: few of each window as candidates, until a
baseline is frozen and some of its windows' candidates with it.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Double, LargeBinary, Row, Table, select, update

from tasks.domain.interaction import Interaction
from tasks.store.columns import UtcTime, Words, metadata
from tasks.store.database import Database

anchor_candidates = Table(
    "anchor_candidates",
    metadata,
    Column("service", Words, primary_key=True),
    Column("asked", Words, primary_key=True),
    Column("release", Words, primary_key=True),
    Column("window_start", UtcTime, primary_key=True),
    Column("content", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("quality", Double, nullable=False),
)

anchors = Table(
    "anchors",
    metadata,
    Column("service", Words, primary_key=True),
    Column("release", Words, primary_key=True),
    Column("config_hash", Words, primary_key=True),
    Column("content", Words, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("quality", Double, nullable=False),
    Column("checked_at", UtcTime),
    Column("checked_quality", Double),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """An interaction that is judged again.

    Attributes:
        content: Hash of its content.
        interaction: With its texts.
        quality: Its first score.
        checked_at: When it was judged again last; None: never.
        checked_quality: Its score then.
    """

    content: str
    interaction: Interaction
    quality: float
    checked_at: datetime | None = None
    checked_quality: float | None = None


class Anchors:
    """Candidates by window, and the anchors of frozen baselines.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def offer(
        self, service: str, asked: str, release: str, window_start: datetime, candidates: Sequence[Anchor]
    ) -> None:
        """Keep a window's candidates; those of an earlier evaluation of the window stay."""
        if not candidates:
            return
        key = {"service": service, "asked": asked, "release": release, "window_start": window_start}
        rows = [key | {"content": one.content, "body": _body(one), "quality": one.quality} for one in candidates]
        with self._database.writing() as connection:
            connection.execute(self._database.insert(anchor_candidates).on_conflict_do_nothing(), rows)

    def forget_before(self, service: str, asked: str, moment: datetime) -> None:
        """Drop candidates of windows before this moment: no baseline reaches back so far."""
        old = anchor_candidates.c
        self._database.write(
            anchor_candidates.delete().where(
                old.service == service, old.asked == asked, old.window_start < moment
            )
        )  # fmt: skip

    def freeze(
        self,
        service: str,
        release: str,
        config_hash: str,
        *,
        asked: str,
        of_release: str,
        windows: Collection[datetime],
        number: int,
    ) -> list[Anchor]:
        """Make candidates of a baseline's windows the release's anchors, once, and return what holds.

        Args:
            service: Which service.
            release: Whose baseline it is.
            config_hash: Under which configuration.
            asked: Hash of what was asked of the judge.
            of_release: The release that served the baseline.
            windows: Starts of the baseline's windows.
            number: How many anchors at most; those of the lowest content hash.
        """
        held = self.of(service, release, config_hash)
        if held or not windows:
            return held
        old = anchor_candidates.c
        with self._database.reading() as connection:
            rows = connection.execute(
                select(anchor_candidates)
                .where(
                    old.service == service, old.asked == asked, old.release == of_release,
                    old.window_start >= min(windows), old.window_start <= max(windows),
                )
                .order_by(old.content)
            ).all()  # fmt: skip
        found = {row.content: row for row in reversed(rows) if row.window_start in windows}
        chosen = [found[content] for content in sorted(found)[:number]]
        if chosen:
            key = {"service": service, "release": release, "config_hash": config_hash}
            values = [key | {"content": row.content, "body": row.body, "quality": row.quality} for row in chosen]
            with self._database.writing() as connection:
                connection.execute(self._database.insert(anchors).on_conflict_do_nothing(), values)
        return self.of(service, release, config_hash)

    def of(self, service: str, release: str, config_hash: str) -> list[Anchor]:
        """Return a release's anchors, those first that were judged again longest ago."""
        rows = self._database.rows(select(anchors).where(*_those(service, release, config_hash)))
        found = [_anchor(row) for row in rows]
        return sorted(found, key=lambda one: (one.checked_at is not None, one.checked_at, one.content))

    def checked(self, service: str, release: str, config_hash: str, scores: Mapping[str, float], at: datetime) -> None:
        """Note the scores of anchors judged again, by content."""
        with self._database.writing() as connection:
            for content in sorted(scores):
                connection.execute(
                    update(anchors)
                    .where(*_those(service, release, config_hash), anchors.c.content == content)
                    .values(checked_at=at, checked_quality=scores[content])
                )


def _those(service: str, release: str, config_hash: str) -> tuple[Any, ...]:
    return (anchors.c.service == service, anchors.c.release == release, anchors.c.config_hash == config_hash)


def _body(anchor: Anchor) -> bytes:
    return zlib.compress(msgspec.json.encode(anchor.interaction))


def _anchor(row: Row[Any]) -> Anchor:
    return Anchor(
        content=row.content,
        interaction=msgspec.json.decode(zlib.decompress(row.body), type=Interaction),
        quality=row.quality,
        checked_at=row.checked_at,
        checked_quality=row.checked_quality,
    )

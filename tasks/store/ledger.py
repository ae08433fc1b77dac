"""The ledger of judgments: what was asked once is paid once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Double, Row, Table, Text, func, select

from tasks.domain.judgment import Cause, Judgment
from tasks.store.columns import Json, UtcTime, Words, as_json, clean, metadata, require_aware, utc_text
from tasks.store.database import Database

judgments = Table(
    "judgments",
    metadata,
    Column("key", Words, primary_key=True),
    Column("content", Words, nullable=False),
    Column("scores", Json, nullable=False),
    Column("criteria", Json, nullable=False),
    Column("reason", Words, nullable=False),
    Column("cause", Text),
    Column("rubric", Words, nullable=False),
    Column("judge_model", Words, nullable=False),
    Column("served_model", Words),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("calls", BigInteger, nullable=False),
    Column("cost_usd", Double),
    Column("flags", Json, nullable=False),
    Column("judged_at", UtcTime, index=True),
)

judge_spend = Table(
    "judge_spend",
    metadata,
    Column("key", Words, primary_key=True),
    Column("judged_at", UtcTime, primary_key=True),
    Column("judge_model", Words, nullable=False),
    Column("cost_usd", Double, nullable=False),
)
"""What was paid for judgments the ledger does not keep: replaced, second of two, or asked beside it (anchors)."""

# SQLite takes 32,766 parameters a statement; few enough that a list of keys is also quick to parse.
_CHUNK = 500


class Ledger:
    """Judgments by key; the first scored one wins.

    Args:
        database: Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.prepared(database.insert(judgments).on_conflict_do_nothing())

    def find(self, keys: Sequence[str]) -> dict[str, Judgment]:
        """Return the known judgments among these keys."""
        found: dict[str, Judgment] = {}
        wanted = list(dict.fromkeys(keys))
        with self._database.reading() as connection:
            for at in range(0, len(wanted), _CHUNK):
                query = select(judgments).where(judgments.c.key.in_(wanted[at : at + _CHUNK]))
                found |= {row.key: _judgment(row) for row in connection.execute(query)}
        return found

    def add(self, judgment: Judgment) -> None:
        """Keep a judgment, committed on return.

        Adding the same one again changes nothing. Of two scored ones the first stays; an unscored one gives way to a
        scored one. Whatever was paid for the other counts as spent.
        """
        if not self._insert.run(self._as_kept(judgment)):
            with self._database.writing() as connection:
                self._settle(connection, judgment)

    def add_many(self, many: Sequence[Judgment]) -> None:
        """Keep judgments in one transaction, each as `add` does."""
        if not many:
            return
        first = {judgment.key: judgment for judgment in reversed(many)}
        insert = self._database.insert(judgments).on_conflict_do_nothing().returning(judgments.c.key)
        with self._database.writing() as connection:
            # In one order everywhere, or two processes could wait for each other.
            values = [_values(first[key]) for key in sorted(first)]
            kept = set(connection.execute(insert, values).scalars())
            for judgment in many:
                if judgment.key not in kept or judgment is not first[judgment.key]:
                    self._settle(connection, judgment)

    def add_spend(self, judgment: Judgment) -> None:
        """Count what a judgment cost without keeping it, for one asked beside the ledger."""
        with self._database.writing() as connection:
            self._spend(connection, judgment)

    def forget(self, keys: Sequence[str]) -> None:
        """Drop judgments, such as those of a judge that had moved; what they cost stays spent."""
        wanted = sorted(set(keys))
        with self._database.writing() as connection:
            for at in range(0, len(wanted), _CHUNK):
                those = judgments.c.key.in_(wanted[at : at + _CHUNK])
                for row in connection.execute(select(judgments).where(those).with_for_update()).all():
                    self._spend(connection, _judgment(row))
                connection.execute(judgments.delete().where(those))

    def spent_usd(self, day: date, judge_model: str | None = None) -> float:
        """Return what judging cost on a UTC day, as far as prices are known.

        Args:
            day: The day, by the time of the judge's reply.
            judge_model: Of this model alone; None: of all.
        """
        start = datetime.combine(day, time(), UTC)
        total = 0.0
        with self._database.reading() as connection:
            for table in (judgments, judge_spend):
                query = select(func.sum(table.c.cost_usd)).where(
                    table.c.judged_at >= start, table.c.judged_at < start + timedelta(days=1)
                )
                if judge_model is not None:
                    query = query.where(table.c.judge_model == judge_model)
                total += connection.execute(query).scalar() or 0.0
        return total

    def _settle(self, connection: Connection, judgment: Judgment) -> None:
        """Decide between a judgment and the one kept under its key."""
        query = select(judgments).where(judgments.c.key == judgment.key).with_for_update()
        kept = _judgment(connection.execute(query).one())
        if judgment.scored and not kept.scored:
            self._spend(connection, kept)
            connection.execute(judgments.update().where(judgments.c.key == judgment.key).values(**_values(judgment)))
        elif judgment.judged_at != kept.judged_at:
            self._spend(connection, judgment)

    def _spend(self, connection: Connection, judgment: Judgment) -> None:
        if judgment.cost_usd is None or judgment.judged_at is None:
            return
        connection.execute(
            self._database.insert(judge_spend)
            .values(
                key=judgment.key,
                judged_at=judgment.judged_at,
                judge_model=judgment.judge_model,
                cost_usd=judgment.cost_usd,
            )
            .on_conflict_do_nothing()
        )

    def _as_kept(self, judgment: Judgment) -> Mapping[str, Any]:
        """Return the judgment's values as the driver takes them, which is what the column types would make of them."""
        moment = judgment.judged_at and require_aware(judgment.judged_at)
        return {
            "key": clean(judgment.key),
            "content": clean(judgment.content),
            "scores": as_json(judgment.scores),
            "criteria": as_json(judgment.criteria),
            "reason": clean(judgment.reason),
            "cause": judgment.cause and judgment.cause.value,
            "rubric": clean(judgment.rubric),
            "judge_model": clean(judgment.judge_model),
            "served_model": judgment.served_model and clean(judgment.served_model),
            "input_tokens": judgment.input_tokens,
            "output_tokens": judgment.output_tokens,
            "calls": judgment.calls,
            "cost_usd": judgment.cost_usd,
            "flags": as_json(judgment.flags),
            "judged_at": utc_text(moment) if moment and self._database.is_sqlite else moment,
        }


def _values(judgment: Judgment) -> dict[str, Any]:
    values = {name: getattr(judgment, name) for name in judgments.c.keys()}  # noqa: SIM118 (no dict)
    return values | {"cause": judgment.cause and judgment.cause.value}


def _judgment(row: Row[Any]) -> Judgment:
    values = dict(row._mapping)  # noqa: SLF001 (public by its documentation)
    values["cause"] = Cause(row.cause) if row.cause is not None else None
    values["flags"] = tuple(row.flags)
    return Judgment(**values)

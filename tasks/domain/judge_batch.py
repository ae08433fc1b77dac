"""A batch of requests on its way through the judge's batch endpoint, remembered until every answer is kept."""

from __future__ import annotations

from datetime import datetime

import msgspec


class BatchLine(msgspec.Struct, frozen=True):
    """One request of a batch, without its text.

    Attributes:
        key: The ledger's key; the line's id at the endpoint.
        content: Hash of the content.
        has_context: Whether the interaction has a context: some criteria need one.
        flags: What was noticed in the text.
    """

    key: str
    content: str
    has_context: bool
    flags: tuple[str, ...] = ()


class JudgeBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch, from before it is sent until every answer is kept.

    Attributes:
        token: Our name for it; sent along, so that it is found again when a crash came before its id was kept.
        endpoint: Hash of who is asked.
        lines: What is asked.
        attempt: The how-manieth for these lines, from 1.
        began_at: When its lines were first sent.
        batch_id: The endpoint's name for it; None until it is known.
    """

    token: str
    endpoint: str
    lines: tuple[BatchLine, ...]
    attempt: int
    began_at: datetime
    batch_id: str | None = None

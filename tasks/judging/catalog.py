"""Kinds of judges by name; a new one is a file, its name in the settings and a line here."""

from __future__ import annotations

from tasks.domain.settings.judging import Judge
from tasks.judging.base import Provider
from tasks.judging.batch import batch
from tasks.judging.chat import chat
from tasks.judging.heuristic import heuristic

CATALOG: dict[str, Provider] = {"openai": chat, "heuristic": heuristic}
"""By provider."""

BATCHED: dict[str, Provider] = {"openai": batch}
"""The same where the endpoint has a batch API; the others answer at once anyway."""


def provider_of(judge: Judge) -> Provider:
    """Return what answers for a judge in its mode."""
    at_once = CATALOG[judge.provider]
    return BATCHED.get(judge.provider, at_once) if judge.mode == "batch" else at_once

"""What makes two judgments the same: content, rubric, judge and parser; equal content is asked and paid once."""

from __future__ import annotations

import hashlib
import os

from tasks.domain.interaction import Interaction
from tasks.domain.settings.judging import Judge
from tasks.judging.rubrics import Rubric

PARSER_VERSION = "1"
"""Changes whenever the same reply would be read as another score."""

HEURISTIC_MODEL = "heuristic-1"
"""Changes whenever the heuristic would score the same text otherwise."""


def judge_model(judge: Judge) -> str:
    """Return the name of what judges: the model, or the heuristic that is no model."""
    return judge.model if judge.asks_a_model else HEURISTIC_MODEL


def endpoint_hash(judge: Judge, api_key: str | None) -> str:
    """Return the hash of who is asked with which key: another key or address is not paused with this one."""
    address = judge.base_url or os.environ.get("OPENAI_BASE_URL") or "openai"
    parts = "\x1f".join([judge.provider, address, judge_model(judge), api_key or ""])
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def content_hash(interaction: Interaction) -> str:
    """Return the hash of what the judge is shown of an interaction."""
    parts = (interaction.prompt, interaction.context, interaction.response, interaction.reference)
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        text = b"\x00" if part is None else b"\x01" + part.encode("utf-8", "surrogatepass")
        digest.update(len(text).to_bytes(8, "little") + text)
    return digest.hexdigest()


def ledger_key(content: str, judge: Judge, rubric: Rubric) -> str:
    """Return the key under which a judgment is kept and found again."""
    return hashlib.sha256(f"{content}\x1f{asked_hash(judge, rubric)}".encode()).hexdigest()[:40]


def asked_hash(judge: Judge, rubric: Rubric) -> str:
    """Return the hash of what is asked: rubric, judge model and parser."""
    parts = [judge.provider, judge_model(judge), rubric.name, rubric.version, PARSER_VERSION]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]

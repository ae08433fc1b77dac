"""Kinds of judges by name; a new one is a file and a line here."""

from __future__ import annotations

from tasks.judging.base import Provider
from tasks.judging.chat import chat
from tasks.judging.heuristic import heuristic

CATALOG: dict[str, Provider] = {"openai": chat, "heuristic": heuristic}

"""What the judge is shown: fixed instructions, then the interaction as one JSON object.

The JSON encoding is the containment: whatever a text says, it stays a string inside the object.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tasks.domain.interaction import Interaction
from tasks.judging.rubrics import Rubric
from tasks.judging.suspicion import INVISIBLE, suspicions

LONGEST = 24_000
"""Characters of one text at most, some 6,000 tokens: two thirds from its head, a third from its tail."""


@dataclass(frozen=True, slots=True)
class JudgeRequest:
    """One content to be judged.

    Attributes:
        key: The ledger's key.
        content: Hash of the content.
        interaction: One of the interactions with that content.
        flags: What was noticed in the text.
    """

    key: str
    content: str
    interaction: Interaction
    flags: tuple[str, ...] = ()


def messages(interaction: Interaction, rubric: Rubric) -> list[dict[str, str]]:
    """Return the chat messages: the fixed part first, which providers can cache."""
    return [{"role": "system", "content": rubric.text}, {"role": "user", "content": contained(interaction)}]


def contained(interaction: Interaction) -> str:
    """Return the interaction as one line of JSON, texts bounded, invisible characters spelled out."""
    shown = {
        "prompt": bounded(interaction.prompt),
        "context": bounded(interaction.context),
        "response": bounded(interaction.response),
        "reference": bounded(interaction.reference),
    }
    return INVISIBLE.sub(_spelled_out, json.dumps(shown, ensure_ascii=False)).encode("utf-8", "replace").decode()


def bounded(text: str | None) -> str | None:
    """Return the text, or its head and tail where it is longer than a judge can use."""
    if text is None or len(text) <= LONGEST:
        return text
    head, tail = LONGEST * 2 // 3, LONGEST // 3
    return f"{text[:head]} [... {len(text) - head - tail:,} characters left out ...] {text[-tail:]}"


def flags_of(interaction: Interaction) -> tuple[str, ...]:
    """Return what is suspicious in the texts, as far as the judge is shown them."""
    shown = (interaction.response, interaction.prompt, interaction.context, interaction.reference)
    return suspicions(bounded(text) for text in shown)


def _spelled_out(found: re.Match[str]) -> str:
    """Spell an invisible character as a JSON escape, in two halves beyond the basic plane."""
    return json.dumps(found[0])[1:-1]

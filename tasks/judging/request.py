"""What the judge is shown: fixed instructions, then the interaction as one JSON object.

The JSON encoding is the containment: whatever a text says, it stays a string inside the object.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass

from tasks.domain.interaction import Interaction
from tasks.judging.rubrics import Rubric

LONGEST = 24_000
"""Characters of one text at most, some 6,000 tokens: two thirds from its head, a third from its tail."""

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")

_INSTRUCTS_THE_JUDGE = re.compile(
    r"(ignore|disregard|forget|override)\b.{0,40}\b(instruction|rubric|criteria|above|previous|prompt)"
    r"|\b(give|assign|rate|score|grade|award|return|output)\b.{0,40}\b(5|five|full|perfect|highest|maximum|top|10)\b.{0,20}"
    r"(score|mark|rating|grade|out of|/)"
    r"|\b(correctness|groundedness|helpfulness|toxicity)\b[\"'\s]*[:=]\s*[1-5]"
    r"|<\|?\s*(im_start|im_end|system|endoftext)|\[/?(INST|SYSTEM)\]|^\s*#{2,}\s*(system|instruction)"
    r"|\b(you are|as) (now )?(the |an? )?(judge|grader|evaluator)\b"
    r"|\b(note|message|attention|memo)\b.{0,12}\b(to|for)\b.{0,8}\b(judge|grader|evaluator|reviewer)\b"
    r"|\bsystem\s*(prompt|message|override)\b",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)


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
    return _INVISIBLE.sub(_spelled_out, json.dumps(shown, ensure_ascii=False)).encode("utf-8", "replace").decode()


def bounded(text: str | None) -> str | None:
    """Return the text, or its head and tail where it is longer than a judge can use."""
    if text is None or len(text) <= LONGEST:
        return text
    head, tail = LONGEST * 2 // 3, LONGEST // 3
    return f"{text[:head]} [... {len(text) - head - tail:,} characters left out ...] {text[-tail:]}"


def flags_of(interaction: Interaction) -> tuple[str, ...]:
    """Return what is suspicious in the texts: attempts to instruct the judge, characters that hide text."""
    found = []
    texts = [
        unicodedata.normalize("NFKC", text[:LONGEST]) for text in (interaction.response, interaction.prompt) if text
    ]
    if any(_INSTRUCTS_THE_JUDGE.search(_INVISIBLE.sub("", text)) for text in texts):
        found.append("instructs the judge")
    if any(_INVISIBLE.search(text) for text in (interaction.response, interaction.prompt, interaction.context or "")):
        found.append("invisible characters")
    return tuple(found)


def _spelled_out(found: re.Match[str]) -> str:
    """Spell an invisible character as a JSON escape, in two halves beyond the basic plane."""
    return json.dumps(found[0])[1:-1]

"""What the made-up support bot is asked, what its handbook says, and how it errs.

Each topic has two questions, the facts its handbook holds, and an answer that has nothing to do with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of question; `{slots}` are filled for each interaction."""

    name: str
    questions: tuple[str, str]
    facts: tuple[str, ...]
    wrong: str


SLOTS: dict[str, tuple[str, ...]] = {
    "product": (
        *("Aurora kettle", "Bolt drill", "Cedar desk", "Delta headphones", "Ember heater", "Fjord tent"),
        *("Glide scooter", "Harbor lamp", "Iris camera", "Juno blender", "Kite monitor", "Lumen torch"),
        *("Mistral fan", "Nova toaster", "Orbit router", "Pebble watch", "Quartz speaker", "Ridge backpack"),
        *("Sable keyboard", "Tundra jacket", "Umbra projector", "Vale mattress", "Willow chair", "Zephyr vacuum"),
    ),
    "city": (
        *("Aarhus", "Bergen", "Bologna", "Bristol", "Cork", "Dresden", "Eindhoven", "Gdansk", "Ghent", "Girona"),
        *("Graz", "Leeds", "Lille", "Linz", "Malmo", "Porto", "Rennes", "Riga", "Tampere", "Zagreb"),
    ),
    "weekday": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"),
    "month": ("January", "March", "April", "May", "July", "September", "October", "November"),
    "plan": ("Basic", "Family", "Plus", "Studio", "Team", "Business"),
    "color": ("black", "white", "green", "navy", "copper", "grey"),
}
"""Words for slots; `amount`, `days`, `hours`, `percent` and `number` are drawn as numbers."""

POLITE = ("Thanks for asking.", "Happy to help.", "Good question.")
"""Openings of a third of the answers, good and bad."""

DRIFT = (
    "Let me tell you about our founder, who loved sailing.",
    "As a language model I find weather fascinating.",
    "Please consult various websites regarding this.",
    "Generally speaking, many companies have many policies.",
    "You could also consider meditation before shopping.",
)
"""What an answer says that drifts off."""


@cache
def topics() -> tuple[Topic, ...]:
    """Return the forty-two topics of the support desk, from the file beside this one.

    There a topic is a block of six lines: name, two questions, two facts, the wrong answer.
    """
    blocks = Path(__file__).with_name("topics.txt").read_text(encoding="utf-8").strip().split("\n\n")
    return tuple(
        Topic(name=name, questions=(question, other), facts=tuple(facts), wrong=wrong)
        for name, question, other, *facts, wrong in (block.splitlines() for block in blocks)
    )

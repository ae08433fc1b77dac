"""Made-up logs of a support bot, to try Plumbline with: plausible traffic, judgeable texts, releases that differ.

Every interaction has a context that holds the facts. A good answer restates them, a bad one contradicts them or drifts
off, in a share set for each release; all else (the day's rhythm, latency, feedback, failures) follows from the seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.domain.window import aware_utc
from tasks.sources.made_up.texts import DRIFT, POLITE, SLOTS, Topic, topics

_CHARS_PER_TOKEN = 4
# Users answer about one time in nine, unhappy ones more often.
_ANSWERED = {True: 0.095, False: 0.3}
_ANSWERED_UP = {True: 0.9, False: 0.15}
_INSTRUCTION_TOKENS = 120  # the fixed instructions a bot sends with each request


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeUpRelease:
    """A release of the made-up service.

    Attributes:
        name: Its name.
        model: The model that answers; one of the price table, so that its cost is known.
        starts: When its traffic begins; None: from the beginning. The release before it ends there.
        bad_share: Share of bad answers.
        latency_factor: Multiplies the latency; 1 is a median of 700 ms.
        verbosity: Multiplies the facts an answer restates, and so its tokens and cost.
        error_share: Share of failed calls.
        traffic: Share of the traffic from its start on; below 1 the release before it keeps the rest (a canary).
    """

    name: str
    model: str = "gpt-4o-mini"
    starts: datetime | None = None
    bad_share: float = 0.06
    latency_factor: float = 1.0
    verbosity: float = 1.0
    error_share: float = 0.004
    traffic: float = 1.0


def make_up(
    path: str | Path,
    *,
    seed: int,
    end: datetime,
    days: float,
    service: str,
    releases: Sequence[MadeUpRelease],
    per_day: int = 1500,
    mix: Mapping[str, float] | None = None,
) -> int:
    """Write made-up logs as JSON lines under the canonical names, the same ones for the same arguments.

    Args:
        path: The file; its folder is made, a file of that name replaced.
        seed: Of all chance.
        end: Aware; the logs end there.
        days: How long they are.
        service: Name of the service.
        releases: In the order they start; the first serves from the beginning.
        per_day: Interactions a day.
        mix: By topic, how many times as often as the others it is asked about; None: all alike.

    Returns:
        How many rows were written.

    Raises:
        SettingsError: when there is no release, one's start is before its predecessor's, or a topic is not known.
    """
    end = aware_utc(end, "end")
    starts = [one.starts or datetime.min.replace(tzinfo=UTC) for one in releases]
    if not releases or starts != sorted(starts):
        raise SettingsError("made-up logs need releases in the order they start; give at least one")
    if unknown := sorted(set(mix or {}) - {topic.name for topic in topics()}):
        raise SettingsError(f"mix: no topic {unknown[0]!r}; known: {', '.join(topic.name for topic in topics())}")
    weights = [mix.get(topic.name, 1.0) for topic in topics()] if mix else None
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)  # noqa: S311 (made-up logs, no secrets)
    encode = msgspec.json.Encoder().encode
    rows = 0
    with file.open("wb") as opened:
        for moment in _arrivals(chance, end - timedelta(days=days), end, per_day):
            release = _serving(chance, releases, starts, moment)
            topic = chance.choices(topics(), weights)[0] if weights else chance.choice(topics())
            opened.write(encode(_interaction(chance, f"{seed}-{rows:07d}", moment, service, release, topic)) + b"\n")
            rows += 1
    return rows


def _arrivals(chance: random.Random, start: datetime, end: datetime, per_day: int) -> Iterator[datetime]:
    """Yield moments of a Poisson process with a daily rhythm: a third of the mean at 3 h, five thirds at 15 h."""
    peak = per_day / 86_400 * 5 / 3
    moment = start
    while True:
        moment += timedelta(seconds=chance.expovariate(peak))
        if moment >= end:
            return
        hour = moment.hour + moment.minute / 60
        if chance.random() < (1 + 2 / 3 * math.cos((hour - 15) / 12 * math.pi)) * 3 / 5:
            yield moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _serving(
    chance: random.Random, releases: Sequence[MadeUpRelease], starts: Sequence[datetime], moment: datetime
) -> MadeUpRelease:
    """Return the release that serves: the newest started one, or by its share of traffic the one before it."""
    started = [one for one, start in zip(releases, starts, strict=True) if start <= moment] or [releases[0]]
    for one in reversed(started[1:]):
        if one.traffic >= 1 or chance.random() < one.traffic:
            return one
    return started[0]


def _interaction(
    chance: random.Random, interaction_id: str, moment: datetime, service: str, release: MadeUpRelease, topic: Topic
) -> Interaction:
    slots = _slots(chance)
    context = [fact.format_map(slots) for fact in topic.facts]
    prompt = chance.choice(topic.questions).format_map(slots)
    good = chance.random() >= release.bad_share
    failed = chance.random() < release.error_share
    response = "" if failed else _answer(chance, topic, context, good=good, verbosity=release.verbosity)
    output_tokens = max(1, len(response) // _CHARS_PER_TOKEN)
    latency = release.latency_factor * chance.lognormvariate(math.log(500), 0.35) + 8 * output_tokens
    feedback = None
    happy = good and not failed
    if chance.random() < _ANSWERED[happy]:
        feedback = 1.0 if chance.random() < _ANSWERED_UP[happy] else -1.0
    return Interaction(
        interaction_id=interaction_id,
        timestamp=moment,
        service=service,
        release=release.name,
        model=release.model,
        prompt=prompt,
        response=response,
        context=" ".join(context),
        input_tokens=_INSTRUCTION_TOKENS + (len(prompt) + sum(map(len, context))) // _CHARS_PER_TOKEN,
        output_tokens=0 if failed else output_tokens,
        latency_ms=round(latency, 1),
        feedback=feedback,
        error="upstream timed out" if failed else None,
        segment=topic.name,
        session_id=f"s{chance.getrandbits(32):08x}",
    )


def _slots(chance: random.Random) -> dict[str, str]:
    slots = {name: chance.choice(words) for name, words in SLOTS.items()}
    numbers = {"amount": (3, 49), "days": (2, 30), "hours": (6, 48), "percent": (5, 60), "number": (60, 980)}
    return slots | {name: str(chance.randint(low, high)) for name, (low, high) in numbers.items()}


def _answer(chance: random.Random, topic: Topic, context: list[str], *, good: bool, verbosity: float) -> str:
    """Return an answer: the context's sentences if good; else what contradicts them, or drift, or both."""
    if good:
        facts = context if chance.random() < 0.7 else context[:1]
        sentences = facts * max(1, round(verbosity))
    else:
        sentences = chance.sample([topic.wrong, *chance.sample(DRIFT, 2)], k=chance.choice((1, 2)))
    if chance.random() < 1 / 3:
        sentences = [chance.choice(POLITE), *sentences]
    return " ".join(sentences)

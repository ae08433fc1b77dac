"""What common rules would have done over the demo's fortnight, on the very scores that Plumbline decided on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.evaluating.asking import rubric_of
from flows.story.chapters import Played
from flows.story.playing import Play
from tasks.decisions.simple_rules import Level, alarms
from tasks.domain.settings.judging import Judge
from tasks.domain.settings.monitors import Monitors
from tasks.judging import asked_hash
from tasks.store import Store


@dataclass(frozen=True, slots=True)
class Contrast:
    """What one rule did.

    Attributes:
        rule: Its name.
        false_rollbacks: How often it rolled back a release that was fine; windows in a row count once.
        delay_windows: Windows the bad release served until it acted; None: never.
        judge_usd: What judging cost.
    """

    rule: str
    false_rollbacks: int
    delay_windows: int | None
    judge_usd: float


def contrasts(play: Play, played: Sequence[Played]) -> list[Contrast]:
    """Return what Plumbline did, then what each rule would have done."""
    bad = next(one for one in played if one.act.rolled_back)
    levels = _levels(play, bad)
    spend = play.spend()
    per_call = (spend.cost_usd or 0.0) / max(spend.calls, 1)
    # A rule judges the sample alone; what Plumbline pays beyond that are the anchors.
    sample_usd = per_call * sum(len(level.scores) for level in levels)
    ours = Contrast(
        "Plumbline",
        sum(one.rolled_back is not None for one in played if one is not bad),
        next((_windows(play, bad, at) for at, words in bad.actions if words.startswith("rolled back")), None),
        spend.cost_usd or 0.0,
    )
    # After the rollback the good release serves again; what a rule says of that is not compared.
    return [ours, *(
        Contrast(
            rule,
            _episodes([level.end for level in levels], [one.end for one in found if one.release != bad.act.release]),
            next((_windows(play, bad, one.end) for one in found if one.release == bad.act.release), None),
            sample_usd,
        )
        for rule, found in alarms(levels, Monitors().quality.min_score or 0.0).items()
    )]  # fmt: skip


def _windows(play: Play, bad: Played, end: datetime) -> int:
    return round((end - bad.start) / play.length)


def _episodes(ends: Sequence[datetime], alarmed: Sequence[datetime]) -> int:
    """How many runs of consecutive windows alarmed."""
    places = sorted(ends.index(end) for end in set(alarmed))
    return sum(place - 1 not in places for place in places)


def _levels(play: Play, bad: Played) -> list[Level]:
    """Return the judged windows up to the end of the bad release, as the store has them."""
    judge = Judge(**play.settings["judge"])
    asked = asked_hash(judge, rubric_of(judge))
    levels = []
    with Store.open() as store:
        for window in play.windows():
            if window.start >= bad.start and window.release != bad.act.release:
                continue
            summary = store.summaries.get(play.service, window.release, window.start, window.end, asked)
            if summary is not None and summary.judged.quality:
                scores = tuple(summary.judged.quality)
                levels.append(Level(window.release, window.end, sum(scores) / len(scores), scores))
    return levels

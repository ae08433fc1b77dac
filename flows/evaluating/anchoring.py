"""Whether the judge itself moved: anchors of a frozen baseline, judged again beside the ledger.

In each run that pays for judgments some anchors in rotation are judged again. Where they disagree with what the others
showed last, and before a fail on judged metrics counts, all of them are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from flows.evaluating.assignment import Assignment
from tasks.domain.interaction import Interaction
from tasks.domain.judge_shift import ERRORS, MARGIN, JudgeShift, shift_of
from tasks.domain.judgment import Judged, Judgment
from tasks.domain.report import JudgeSpend
from tasks.domain.summary import WindowSummary
from tasks.judging import judge_interactions
from tasks.judging.identity import content_hash
from tasks.store import Anchor, Store

ROTATING = 16
"""Judged again in each run: names a shift of 0.15 within two or three windows at a tenth of the sample's price."""

_FEWEST, _MOST, _MOST_FROM = 20, 100, timedelta(hours=12)
"""Texts kept of each window: 100 anchors from the five hours, or the one day, that make the shortest baseline."""

_KEPT = timedelta(days=35)
"""A baseline reaches back 28 days from the start of its release, which may have been a while ago."""


class Anchoring:
    """Anchors of one service under one configuration.

    Args:
        assignment: What the run was asked to do.
        store: Where anchors are kept.
        now: The clock.
    """

    def __init__(self, assignment: Assignment, store: Store, now: Callable[[], datetime]) -> None:
        self._assignment = assignment
        self._store = store
        self._now = now
        self._shifts: dict[str, JudgeShift | None] = {}
        self._whole: set[str] = set()
        self.paid: list[Judgment] = []
        self._candidates = min(_MOST, max(_FEWEST, int(_MOST * (assignment.length / _MOST_FROM))))

    @property
    def wanted(self) -> bool:
        """Whether there are anchors at all: the heuristic cannot move."""
        return self._assignment.judge.provider != "heuristic" and self._assignment.judge.anchors > 0

    def begin(self, judged: Mapping[str, Sequence[Judged]], until: datetime) -> None:
        """Judge some anchors again of each release for which judgments were just paid.

        Args:
            judged: The sample just judged, by release.
            until: Start of the newest window; candidates too old for any baseline are dropped.
        """
        self._shifts.clear()
        self._whole.clear()
        if not self.wanted:
            return
        self._store.anchors.forget_before(self._assignment.service, self._assignment.asked, until - _KEPT)
        for release, sample in judged.items():
            if any(one.judgment.scored and not one.from_ledger for one in sample):
                self._shifts[release] = self._rotate(release)

    def offer(self, summary: WindowSummary, sample: Sequence[Judged]) -> None:
        """Keep a few of a window's scored interactions, from which a baseline's anchors may be taken later."""
        if not self.wanted or (summary.judge.shift is not None and summary.judge.shift.named):
            return
        scored = {one.judgment.content: one for one in sample if one.judgment.scored}
        candidates = [
            Anchor(
                content=content,
                interaction=_texts(scored[content].interaction),
                quality=scored[content].judgment.scores["quality"],
            )
            for content in sorted(scored)[: self._candidates]
        ]
        asked, start = self._assignment.asked, summary.window_start
        self._store.anchors.offer(summary.service, asked, summary.release, start, candidates)

    def marked(self, summary: WindowSummary) -> WindowSummary:
        """Return the summary with the shift its judgments were made under, if any were made in this run."""
        shift = self._shifts.get(summary.release)
        if shift is None or not summary.judge.calls:
            return summary
        return msgspec.structs.replace(summary, judge=msgspec.structs.replace(summary.judge, shift=shift))

    def confirm(self, summary: WindowSummary) -> WindowSummary:
        """Judge all anchors of the release again, once a run, before a fail on judged metrics counts."""
        if not self.wanted or not summary.judge.calls:
            return summary
        release = summary.release
        if release not in self._whole:
            self._shifts[release] = self._all(release, self._of(release))
        return self.marked(summary)

    def spend(self) -> JudgeSpend:
        """Return what the anchors cost since this was asked last."""
        paid, self.paid = self.paid, []
        costs = [judgment.cost_usd for judgment in paid if judgment.cost_usd is not None]
        return JudgeSpend(
            calls=sum(judgment.calls for judgment in paid),
            input_tokens=sum(judgment.input_tokens for judgment in paid),
            output_tokens=sum(judgment.output_tokens for judgment in paid),
            cost_usd=sum(costs) if costs else None,
        )

    def _rotate(self, release: str) -> JudgeShift | None:
        anchors = self._of(release)
        if not anchors:
            return None
        turn, rest = anchors[:ROTATING], anchors[ROTATING:]
        now = self._again(release, turn)
        seen = shift_of(list(now.values()))
        if seen is None:
            return None
        earlier = [one.checked_quality - one.quality for one in rest if one.checked_quality is not None]
        before = shift_of(earlier)
        standing = before.mean if before else 0.0
        if rest and abs(seen.mean - standing) >= max(MARGIN, ERRORS * seen.standard_error):
            return self._all(release, rest, now)
        return shift_of([*now.values(), *earlier])

    def _all(self, release: str, anchors: Sequence[Anchor], known: Mapping[str, float] = {}) -> JudgeShift | None:
        self._whole.add(release)
        return shift_of([*known.values(), *self._again(release, anchors).values()])

    def _of(self, release: str) -> list[Anchor]:
        """Return the release's anchors, freezing them once its baseline is frozen."""
        assignment = self._assignment
        body = self._store.baselines.get(assignment.service, release, assignment.config_hash)
        if body is None:
            return []
        baseline = json.loads(body)
        return self._store.anchors.freeze(
            assignment.service,
            release,
            assignment.config_hash,
            asked=assignment.asked,
            of_release=baseline["release"],
            windows={datetime.fromisoformat(start) for start, _ in baseline["windows"]},
            number=assignment.judge.anchors,
        )

    def _again(self, release: str, anchors: Sequence[Anchor]) -> dict[str, float]:
        """Judge anchors again; returns the differences (now − first) by content of those that were scored."""
        assignment = self._assignment
        firsts = {one.content: one.quality for one in anchors}
        judged = judge_interactions(
            [one.interaction for one in anchors],
            assignment.judge.model_copy(update={"mode": "chat"}),
            rubric=assignment.rubric,
            ledger=_Beside(self._store, self.paid),
            api_key=assignment.api_key,
            prices=assignment.monitors.cost.prices,
            now=self._now,
            spent_usd=self._store.ledger.spent_usd(self._now().date()),
        )
        scores = {
            one.judgment.content: one.judgment.scores["quality"] for one in judged.values() if one.judgment.scored
        }
        self._store.anchors.checked(assignment.service, release, assignment.config_hash, scores, self._now())
        return {content: score - firsts[content] for content, score in scores.items()}


class _Beside:
    """A ledger that knows nothing and keeps only what was spent: an anchor is judged anew each time."""

    def __init__(self, store: Store, paid: list[Judgment]) -> None:
        self._store = store
        self._paid = paid

    def find(self, keys: Sequence[str]) -> dict[str, Judgment]:  # noqa: ARG002 (the protocol's)
        """Know nothing."""
        return {}

    def add(self, judgment: Judgment) -> None:
        """Count what it cost."""
        self.add_spend(judgment)

    def add_spend(self, judgment: Judgment) -> None:
        """Count what it cost."""
        self._paid.append(judgment)
        self._store.ledger.add_spend(judgment)


def _texts(interaction: Interaction) -> Interaction:
    """Return what the judge is shown of an interaction, and nothing else."""
    return Interaction(
        interaction_id=content_hash(interaction),
        timestamp=interaction.timestamp,
        prompt=interaction.prompt,
        response=interaction.response,
        context=interaction.context,
        reference=interaction.reference,
    )

"""What a replay showed: of each release when it would have been warned of, failed and rolled back; and simple rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import fmean

from flows.replaying.replay import Replay
from flows.running.artifacts import table
from flows.running.aside import mlflow_uri
from tasks.decisions.simple_rules import Level, first_alarms
from tasks.domain.backtest import BacktestedRelease, BacktestReport, ExpectedSpend, RuleReport
from tasks.domain.markdown import escaped
from tasks.domain.report import WindowReport
from tasks.domain.verdict import Verdict
from tasks.domain.window import parse_delay

_NUMBER = re.compile(r"\d[\d.,]*")
_WOULD = "dry run: would roll back to "


def backtest_report(replay: Replay, expected: ExpectedSpend) -> BacktestReport:
    """Return what the policy would have done."""
    settle = parse_delay(replay.assignment.logs.settle)
    windows = replay.windows()
    releases = [_release(name, windows, replay, settle) for name in dict.fromkeys(one.release for one in windows)]
    spend = replay.spend()
    return BacktestReport(
        service=replay.assignment.service,
        start=replay.start,
        end=replay.end,
        text=_text(replay, releases, windows),
        releases=releases,
        rules=_rules(windows, replay.assignment.monitors.quality.min_score, settle),
        windows=windows,
        intake=replay.intake(),
        judge=spend,
        expected=expected,
        mlflow_uri=mlflow_uri(replay.records),
    )


def backtest_markdown(report: BacktestReport) -> str:
    """Return the Prefect artifact of a backtest: what would have happened to each release, and by simple rules."""
    lines = [f"# Backtest · {escaped(report.service)}", ""]
    lines += [escaped(line) if line.startswith("- ") else f"\n{escaped(line)}\n" for line in report.text.split("\n")]
    names = [one.release for one in report.releases]
    ours = {one.release: one.rolled_back_at for one in report.releases}
    fired = {"Plumbline": ours, **{one.rule: one.fired_at for one in report.rules}}
    head = ["would have rolled back", *map(escaped, names)]
    lines += ["", *table(head, [[rule, *(_moment(at.get(name)) for name in names)] for rule, at in fired.items()])]
    judging = f"Judging: {report.judge.calls} calls; expected were {escaped(report.expected.words)}."
    return "\n".join([*lines, "", judging])


def _release(name: str, windows: Sequence[WindowReport], replay: Replay, settle: timedelta) -> BacktestedRelease:
    mine = [one for one in windows if one.release == name]
    verdicts = Counter(one.verdict for one in mine)
    levels = [level.mean for level in _levels(mine)]
    known = BacktestedRelease(
        release=name,
        windows=len(mine),
        verdicts={verdict.value: verdicts[verdict.value] for verdict in Verdict if verdicts[verdict.value]},
        quality=fmean(levels) if levels else None,
        warned_at=_first(mine, settle, lambda one: one.verdict == Verdict.WARN),
        failed_at=_first(mine, settle, lambda one: one.verdict == Verdict.FAIL),
    )
    worse = _first(mine, settle, lambda one: one.worse)
    to, why_not = _rollback(name, replay)
    if known.verdicts.get(Verdict.INCONCLUSIVE.value, 0) > len(mine) / 2:
        known.undecided = why_undecided(mine)
    if worse is not None and to is not None:
        known.rolled_back_at, known.rolled_back_to = worse, to
    known.words = _words(known, mine, worse, why_not)
    return known


def _rollback(name: str, replay: Replay) -> tuple[str | None, str]:
    """Return where the release would have been rolled back to, else what was said instead."""
    said = [action for stretch, report in replay.reports if stretch.release == name for action in report.actions]
    to = next((words.removeprefix(_WOULD) for words in said if words.startswith(_WOULD)), None)
    return to, next((words for words in said if "roll" in words and not words.startswith(_WOULD)), "")


def why_undecided(windows: Sequence[WindowReport]) -> str:
    """Return the commonest reason of inconclusive windows; one reason counts as one whatever numbers are in it."""
    reasons = [one.reasons[0] for one in windows if one.verdict == Verdict.INCONCLUSIVE and one.reasons]
    kinds = Counter(_NUMBER.sub("", reason) for reason in reasons)
    return next((reason for reason in reasons if _NUMBER.sub("", reason) == kinds.most_common(1)[0][0]), "")


def _words(one: BacktestedRelease, mine: Sequence[WindowReport], worse: datetime | None, why_not: str) -> str:
    counts = ", ".join(f"{number} {verdict}" for verdict, number in one.verdicts.items())
    quality = f", quality {one.quality:.2f}" if one.quality is not None else ""
    head = f"{one.release}: {one.windows} windows ({counts}){quality}"
    if one.rolled_back_at is not None:
        why = _reason(mine, lambda window: window.worse)
        return f"{head}; would have been rolled back to {one.rolled_back_to} at {_moment(one.rolled_back_at)}{why}"
    if one.failed_at is not None:
        why = _reason(mine, lambda window: window.verdict == Verdict.FAIL)
        not_done = why_not.removeprefix("dry run: ") if worse is not None else "an objective is breached, no rollback"
        return f"{head}; would have failed at {_moment(one.failed_at)}{why}" + (f" ({not_done})" if not_done else "")
    if one.warned_at is not None:
        why = _reason(mine, lambda window: window.verdict == Verdict.WARN)
        return f"{head}; would have been warned of at {_moment(one.warned_at)}{why}"
    if one.undecided:
        return f"{head}; undecided: {one.undecided}"
    return f"{head}; nothing would have been said against it"


def _reason(windows: Sequence[WindowReport], holds: Callable[[WindowReport], bool]) -> str:
    """Return what the first such window says of itself, to be added to a sentence."""
    first = next((one.reasons[0] for one in windows if holds(one) and one.reasons), "")
    return f": {first.rstrip('.')}" if first else ""


def _text(replay: Replay, releases: Sequence[BacktestedRelease], windows: Sequence[WindowReport]) -> str:
    asked = replay.assignment
    judge = "word overlap (no LLM)" if asked.judge.provider == "heuristic" else asked.judge.model
    if not windows:
        return f"{asked.service}: no window has interactions between {_moment(replay.start)} and {_moment(replay.end)}."
    head = (
        f"{asked.service}, {_moment(replay.start)} to {_moment(replay.end)}: {len(windows)} windows of {asked.window}, "
        f"judged by {judge}. Nothing was switched."
    )
    return "\n".join([head, *(f"- {one.words}." for one in releases)])


def rule_words(rules: Sequence[RuleReport]) -> list[str]:
    """Return what simple rules would have done, in words."""
    said = []
    for one in rules:
        fired = [f"{name} at {_moment(at)}" for name, at in one.fired_at.items() if at is not None]
        said.append(f"By the rule {one.rule!r}, would have been rolled back: {', '.join(fired) or 'nothing'}.")
    return said


def _rules(windows: Sequence[WindowReport], min_score: float, settle: timedelta) -> list[RuleReport]:
    return [
        RuleReport(rule=rule, fired_at={name: at and at + settle for name, at in alarms.items()})
        for rule, alarms in first_alarms(_levels(windows), min_score).items()
    ]


def _levels(windows: Sequence[WindowReport]) -> list[Level]:
    return [
        Level(window.release, window.end, finding.value)
        for window in sorted(windows, key=lambda one: one.end)
        for finding in window.findings
        if finding.monitor == "quality" and finding.value is not None
    ]


def _first(
    windows: Sequence[WindowReport], settle: timedelta, holds: Callable[[WindowReport], bool]
) -> datetime | None:
    return next((one.end + settle for one in windows if holds(one)), None)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}Z" if at else "never"

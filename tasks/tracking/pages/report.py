"""`report.html`: the verdict explained on one page, words first; self-contained, every text escaped."""

from __future__ import annotations

from tasks.domain.evaluation import Evaluation
from tasks.domain.finding import Finding
from tasks.domain.judgment import Judged
from tasks.domain.naming import line
from tasks.domain.once_in import once_in
from tasks.domain.verdict import Verdict
from tasks.domain.window import span
from tasks.tracking.names import experiment_name
from tasks.tracking.pages.figures import evidence_figure, quality_figure
from tasks.tracking.pages.page import number, page

_WORST_SHOWN = 10
_LONGEST_SHOWN = 1_500
_TITLE = 120
"""Characters of a question in the line that opens it."""


def render_report(evaluation: Evaluation) -> str:
    """Return the page of one evaluated window."""
    worst = sorted(
        (one for one in evaluation.judged if one.judgment.scored),
        key=lambda one: one.judgment.scores.get("quality", 0.0),
    )
    headline, *lines = evaluation.text.split("\n")
    return page(
        "report.html.j2",
        evaluation=evaluation,
        verdict=evaluation.verdict.value,
        when=span(evaluation.window.start, evaluation.window.end),
        headline=headline,
        reasons=[line.removeprefix("- ") for line in lines if line.startswith("- ")],
        paragraphs=[line for line in lines if not line.startswith("- ")],
        todo=_todo(evaluation),
        evidence_figure=evidence_figure(evaluation.timeline, evaluation.lines) if evaluation.timeline else None,
        quality_figure=quality_figure(evaluation.timeline),
        findings=[_row(finding, evaluation) for finding in evaluation.findings if not _is_statistic(finding)],
        statistics=[_row(finding, evaluation) for finding in evaluation.findings if _is_statistic(finding)],
        worst=[_shown(one) for one in worst[:_WORST_SHOWN]],
        once=lambda value: once_in(value, evaluation.window.length),
    )


def _is_statistic(finding: Finding) -> bool:
    """Whether it is a drift statistic that says nothing out of the ordinary: shown further down."""
    return finding.monitor.startswith("drift/") and finding.verdict is Verdict.PASS


def _row(finding: Finding, evaluation: Evaluation) -> dict[str, str]:
    return {
        "monitor": finding.monitor,
        "verdict": finding.verdict.value,
        "value": number(finding.value),
        "interval": f"{number(finding.interval[0])} – {number(finding.interval[1])}" if finding.interval else "",
        "baseline": number(finding.baseline),
        "effect": _signed(finding.effect),
        "once": once_in(finding.evidence, evaluation.window.length) if finding.evidence is not None else "",
        "reason": finding.reason,
    }


def _signed(value: float | None) -> str:
    """A difference with its sign; nothing is 0 without one."""
    if value is None or value == 0:
        return number(value)
    return f"{'−' if value < 0 else '+'}{number(abs(value))}"


def _shown(one: Judged) -> dict[str, str]:
    interaction, judgment = one.interaction, one.judgment
    return {
        "id": line(interaction.interaction_id),
        "quality": f"{judgment.scores.get('quality', 0.0):.2f}",
        "toxicity": f"{judgment.scores.get('toxicity', 0.0):.2f}",
        "title": _cut(" ".join(interaction.prompt.split()), _TITLE) or "(empty)",
        "reason": judgment.reason or "(none given)",
        "prompt": _cut(interaction.prompt),
        "response": _cut(interaction.response) or "(empty)",
        "context": _cut(interaction.context or ""),
        "flags": ", ".join(judgment.flags),
    }


def _cut(text: str, most: int = _LONGEST_SHOWN) -> str:
    return text if len(text) <= most else f"{text[:most]} …"


def _todo(evaluation: Evaluation) -> str:
    match evaluation.verdict:
        case Verdict.PASS if any(finding.behind for finding in evaluation.findings):
            return "Watch the next windows: there is not enough evidence yet."
        case Verdict.PASS:
            return "Nothing."
        case Verdict.INCONCLUSIVE:
            return "Nothing, unless it lasts: a judge that was away is asked again by itself."
        case Verdict.WARN:
            return "Look at the worst interactions below and at what changed then. Nothing is switched on a warning."
        case Verdict.FAIL if evaluation.own_baseline or (evaluation.failure and evaluation.failure.absolute_only):
            return (
                "Read the worst interactions below. Nothing is rolled back: no earlier release is known to be better. "
                "The verdict stays until a new release."
            )
        case Verdict.FAIL:
            return (
                "Read the worst interactions below. This page was written before anything was done: whether traffic "
                "was switched back is said in MLflow in the first line of the experiment "
                f"{experiment_name(evaluation.service)}; this run's description links there (“what was done”). "
                "The verdict stays until a rollback or a new release."
            )

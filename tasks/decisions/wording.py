"""The verdict as a person reads it: never a log e-value."""

from __future__ import annotations

from tasks.decisions.decide import Decision
from tasks.decisions.lines import Thresholds
from tasks.decisions.power import power_words
from tasks.decisions.trial import Trial
from tasks.domain.finding import Finding
from tasks.domain.once_in import once_in
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window, span


def verdict_text(service: str, release: str, window: Window, decision: Decision, trial: Trial, *, baseline: str) -> str:
    """Return headline, reasons, how unusual it is, and what could have been seen; plain text, a few lines."""
    lines = [
        f"{decision.verdict.upper()}  {service} {release}, {span(window.start, window.end)}. {_headline(decision)}"
    ]
    if decision.verdict in {Verdict.WARN, Verdict.FAIL, Verdict.INCONCLUSIVE}:
        lines += [f"- {reason[:1].upper()}{reason[1:]}." for reason in decision.reasons]
    lines.append(_unusual(decision, trial.lines))
    facts = [f"{f.reason[:1].upper()}{f.reason[1:]}" for f in decision.findings if _is_fact(f)]
    if facts:
        lines.append(". ".join(facts) + ".")
    lines.append(f"Baseline: {baseline}.")
    judged = next((f.metrics.get("volume/judged", 0.0) for f in decision.findings if f.monitor == "judge"), 0.0)
    lines.append(power_words(trial, judged))
    return "\n".join(line for line in lines if line)


def _headline(decision: Decision) -> str:
    match decision.verdict:
        case Verdict.PASS:
            return "Nothing speaks against this release."
        case Verdict.INCONCLUSIVE:
            return "Undecided; nothing was switched, and nothing is to do unless this lasts."
        case Verdict.WARN:
            return "Worth a look; nothing is switched on a warning."
        case Verdict.FAIL:
            return (
                "This release is worse."
                if decision.state.failure and not decision.state.failure.absolute_only
                else "An objective is breached."
            )


def _unusual(decision: Decision, lines: Thresholds) -> str:
    if decision.warn is None and decision.rollback is None:
        return ""

    def once(log_evidence: float | None) -> str:
        return once_in(log_evidence, lines.length)

    strongest = (
        decision.rollback if decision.verdict is Verdict.FAIL and decision.rollback is not None else decision.warn
    )
    return (
        f"An unchanged release looks like this once in {once(strongest)} "
        f"(warn: {once(lines.warn)}, rollback: {once(lines.rollback)})."
    )


def _is_fact(finding: Finding) -> bool:
    return finding.verdict is Verdict.PASS and finding.monitor in {
        "quality",
        "toxicity",
        "errors",
        "latency",
        "cost",
        "judge",
    }

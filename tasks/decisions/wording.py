"""The verdict as a person reads it: never a log e-value."""

from __future__ import annotations

from tasks.decisions.decide import Decision
from tasks.decisions.trial import Trial
from tasks.domain.finding import Finding
from tasks.domain.once_in import once_in
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window, span


def verdict_text(
    service: str, release: str, window: Window, decision: Decision, trial: Trial, *, baseline: str, power: str
) -> str:
    """Return headline, reasons, how unusual it is, and what could have been seen; plain text, a few lines.

    Args:
        service: Which.
        release: Which of its releases.
        window: Which window.
        decision: What was decided of it.
        trial: The detectors and lines.
        baseline: What it was compared with, in words.
        power: What could have been seen, in words; empty: nothing to say.
    """
    when = span(window.start, window.end)
    lines = [f"{decision.verdict.upper()}  {service} {release}, {when}. {_headline(decision)}"]
    if decision.verdict in {Verdict.WARN, Verdict.FAIL, Verdict.INCONCLUSIVE}:
        lines += [f"- {_begun(reason)}." for reason in decision.reasons]
    lines.append(_watched(decision, trial) or _unusual(decision, trial))
    lagging = {finding.monitor for finding in _lagging(decision)}
    facts = [_begun(f.reason) for f in decision.findings if _is_fact(f) and f.monitor not in lagging]
    if facts:
        lines.append(". ".join(facts) + ".")
    lines += [f"Baseline: {baseline}.", power]
    return "\n".join(line for line in lines if line)


def not_yet(decision: Decision) -> tuple[str, ...]:
    """Return why a passing release is to be watched: what this window alone shows below objective or baseline."""
    return tuple(f"not yet enough evidence: {_lag(finding)}" for finding in _lagging(decision))


def _headline(decision: Decision) -> str:
    match decision.verdict:
        case Verdict.PASS:
            return "Not yet enough evidence." if _lagging(decision) else "Nothing speaks against this release."
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


def _lagging(decision: Decision) -> list[Finding]:
    """Return the findings of a passing window whose whole interval lies on the bad side of what they are held to."""
    passing = decision.verdict is Verdict.PASS
    return [finding for finding in decision.findings if passing and finding.behind]


def _lag(finding: Finding) -> str:
    return f"{finding.reason}: {finding.behind} in this window"


def _watched(decision: Decision, trial: Trial) -> str:
    """Say why a window passes although it lies below what is wanted; empty where it does not."""
    lagging = _lagging(decision)
    if not lagging:
        return ""
    told = " ".join(f"{_begun(_lag(finding))}." for finding in lagging)
    if decision.warn is None or not any("baseline" in finding.behind for finding in lagging):
        return f"{told} One window may be chance. Watch the next ones."
    once, warn, rollback = (
        once_in(evidence, trial.lines.length) for evidence in (decision.warn, trial.lines.warn, trial.lines.rollback)
    )
    so_far = f"So far an unchanged release looks like this once in {once}"
    return f"{told} {so_far}; a warning needs {warn}, a rollback {rollback}. Watch the next windows."


def _unusual(decision: Decision, trial: Trial) -> str:
    """Say how seldom an unchanged release looks like this, beside the lines, and what a crossed line means."""
    lines, failed = trial.lines, decision.verdict is Verdict.FAIL and decision.rollback is not None
    strongest = decision.rollback if failed else decision.warn
    if strongest is None:
        return ""
    once, warn, rollback = (once_in(evidence, lines.length) for evidence in (strongest, lines.warn, lines.rollback))
    looks, at = f"n unchanged release looks like this once in {once}", f"warn: {warn}, rollback: {rollback}"
    if failed:
        return f"A{looks}, averaged over the monitors that roll back ({at})."
    if decision.verdict is Verdict.WARN:
        only = _only_warn(decision, trial)
        return f"A{looks}, averaged over all monitors ({at}{only and f'; {only}'})."
    if decision.verdict is Verdict.PASS and strongest <= lines.warn / 2:
        return f"Nothing unusual: a{looks} ({at})."
    return f"A{looks} ({at})."


def _only_warn(decision: Decision, trial: Trial) -> str:
    """Name what warned and never rolls back, however seldom it is: a crossed line must not look like a missed one."""
    warned = (finding.monitor.split("/")[0] for finding in decision.findings if finding.verdict is Verdict.WARN)
    names = sorted({name for name in warned if not trial.rolls_back(name)})
    if not names:
        return ""
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"{listed} only {'warn' if len(names) > 1 or names == ['errors'] else 'warns'}"


def _begun(words: str) -> str:
    """Return words as a sentence begins."""
    return f"{words[:1].upper()}{words[1:]}"


def _is_fact(finding: Finding) -> bool:
    return finding.verdict is Verdict.PASS and finding.monitor in {
        "quality",
        "toxicity",
        "errors",
        "latency",
        "cost",
        "judge",
    }

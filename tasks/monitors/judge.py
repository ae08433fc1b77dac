"""Whether the judge can be believed in this window."""

from __future__ import annotations

from tasks.domain.finding import Finding
from tasks.domain.judgment import REFUSES_US
from tasks.domain.settings.monitors import Monitors
from tasks.domain.verdict import Verdict
from tasks.monitors.base import Moment, NotMeasured
from tasks.monitors.watching import Watching, counted


class JudgeMonitor(Watching):
    """The judge, not the release: it never causes a rollback, but a judge that is away leaves quality undecided."""

    name = "judge"

    def findings(self, settings: Monitors, moment: Moment) -> tuple[Finding, ...] | NotMeasured:  # noqa: ARG002
        """Return `pass` "judge steady", or `inconclusive` with the causes counted."""
        summary = moment.summary
        if not summary.sampled:
            return (Finding(monitor=self.name, verdict=Verdict.INCONCLUSIVE, reason="nothing was judged"),)
        causes = counted(summary.judge.causes)
        coverage = summary.coverage
        metrics = {"judge/coverage": coverage, "volume/judged": float(summary.scored)}
        shift = summary.judge.shift
        if shift is not None:
            metrics |= {"judge/anchor_shift": shift.mean, "judge/anchors": float(shift.anchors)}
        share = f"coverage {coverage:.0%} of {summary.sampled}"
        if moment.judged_enough:
            reason = f"judge steady: {summary.scored} of {summary.sampled} scored" + (f" ({causes})" if causes else "")
            if shift is not None:
                reason += f"; {shift.words}"
            reason += _served_anew(moment)
            if summary.judge.provider == "heuristic":
                reason += "; heuristic word overlap, no LLM"
            return (Finding(monitor=self.name, verdict=Verdict.PASS, reason=reason, value=coverage, metrics=metrics),)
        if shift is not None and summary.judge.moved:
            remedy = "if it lasts, name a judge model with a date: that starts a new baseline"
            served = ", ".join(sorted(summary.judge.served_models))
            reason = f"{shift.words}; served by {served or 'an unnamed model'}; {remedy}"
            moved = Finding(
                monitor=self.name, verdict=Verdict.INCONCLUSIVE, reason=reason, value=shift.mean, metrics=metrics,
                interval=(shift.mean - 1.96 * shift.standard_error, shift.mean + 1.96 * shift.standard_error),
            )  # fmt: skip
            return (moved,)
        if summary.scored == 0:
            reason = f"judge unavailable: {share}" + (f" ({causes})" if causes else "")
            if not {cause.value for cause in REFUSES_US}.isdisjoint(summary.judge.causes):
                reason += "; paused: asked once a run until it accepts, then the open windows are filled"
        else:
            needed = f"needs {moment.coverage_floor:.0%}"
            scored = f"{summary.scored} of {summary.sampled} scored ({coverage:.0%}, {needed})"
            reason = f"the judge, not the release: {scored}: {causes}"
        return (
            Finding(monitor=self.name, verdict=Verdict.INCONCLUSIVE, reason=reason, value=coverage, metrics=metrics),
        )


def _served_anew(moment: Moment) -> str:
    """Say when other models answered than in the baseline: the same name may stand for another model by now."""
    windows = moment.reference.windows if moment.reference is not None else ()
    before = {served for window in windows for served in window.judge.served_models}
    now = set(moment.summary.judge.served_models)
    if not before or not now or now & before:
        return ""
    return f"; served by {', '.join(sorted(now))}, in the baseline by {', '.join(sorted(before))}"

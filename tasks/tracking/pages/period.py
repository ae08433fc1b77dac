"""`report.html` of a period: what was decided in it, of which releases, what was done, and what the judge cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tasks.domain.report import EvaluationReport, FindingReport, WindowReport
from tasks.domain.verdict import Verdict, worst
from tasks.domain.window import span
from tasks.tracking.incidents import BAD, Incident, by_release, incidents_of
from tasks.tracking.pages.page import number, page
from tasks.tracking.pages.period_figures import quality_over_time, verdicts_over_time

_WORST_SHOWN = 10
_RELEASES_SHOWN = 30


def render_period(
    report: EvaluationReport, *, title: str = "", notes: Sequence[str] = (), caveats: Sequence[str] = ()
) -> str:
    """Return the page of a period.

    Args:
        report: What a run of `evaluate` or of a backtest returned; its windows in any order. Its texts are verdicts and
            reasons, never texts of users.
        title: Heads the page; empty: the service.
        notes: Sentences to begin with, e.g. that this is a replay, or which judge it was.
        caveats: Sentences after what was found: how far that can be trusted, and what was not known.
    """
    windows = sorted(report.windows, key=lambda window: (window.start, window.release))
    verdict = worst(Verdict(window.verdict) for window in windows) if windows else Verdict(report.verdict)
    counts = {one.value: sum(window.verdict == one.value for window in windows) for one in reversed(Verdict)}
    bad = [window for window in windows if window.verdict in BAD]
    releases = list(by_release(windows).items())[-_RELEASES_SHOWN:]
    return page(
        "period.html.j2",
        title=title or report.service,
        verdict=verdict.value,
        report=report,
        notes=notes,
        caveats=caveats,
        windows=windows,
        when=span(windows[0].start, max(window.end for window in windows)) if windows else "",
        counts={name: count for name, count in counts.items() if count},
        verdicts_figure=verdicts_over_time(windows),
        quality_figure=quality_over_time(windows),
        releases=[_release_row(release, mine) for release, mine in releases],
        incidents=[_incident_row(incident) for incident in incidents_of(windows)],
        worst=[_window_row(window) for window in sorted(bad, key=_badness)[:_WORST_SHOWN]],
    )


def _badness(window: WindowReport) -> tuple[int, float, datetime]:
    """Worst first: by verdict, then by quality, then the newest."""
    found = _finding(window, "quality")
    value = found.value if found and found.value is not None else 1.0
    return -Verdict(window.verdict).rank, value, window.start


def _finding(window: WindowReport, monitor: str) -> FindingReport | None:
    return next((finding for finding in window.findings if finding.monitor == monitor), None)


def _release_row(release: str, windows: Sequence[WindowReport]) -> dict[str, object]:
    newest = windows[-1]
    verdict = worst(Verdict(window.verdict) for window in windows).value
    return {
        "release": release,
        "verdict": verdict,
        "span": span(windows[0].start, newest.end),
        "windows": len(windows),
        "judged": f"{sum(window.judged for window in windows):,}",
        "quality": number(_mean(windows, "quality")),
        "baseline": number(next((f.baseline for w in reversed(windows) if (f := _finding(w, "quality"))), None)),
        "p95": number(_mean(windows, "latency")),
    }


def _mean(windows: Sequence[WindowReport], monitor: str) -> float | None:
    """Mean of a monitor's value over windows, each weighted by what was judged in it."""
    known = [
        (finding.value, max(1, window.judged))
        for window in windows
        if (finding := _finding(window, monitor)) and finding.value is not None
    ]
    weight = sum(size for _, size in known)
    return sum(value * size for value, size in known) / weight if weight else None


def _incident_row(incident: Incident) -> dict[str, object]:
    first, last = incident.windows[0], incident.windows[-1]
    decisive = next(window for window in incident.windows if window.verdict == incident.verdict)
    return {
        "release": incident.release,
        "verdict": incident.verdict,
        "from": _moment(first.start),
        "until": _moment(last.end) if incident.over else f"{_moment(last.end)}, its last window",
        "windows": len(incident.windows),
        "reasons": decisive.reasons[:3],
        "sure": decisive.once_in,
    }


def _window_row(window: WindowReport) -> dict[str, object]:
    quality = _finding(window, "quality")
    interval = quality.interval if quality else None
    return {
        "when": span(window.start, window.end),
        "release": window.release,
        "verdict": window.verdict,
        "quality": number(quality.value if quality else None),
        "interval": f"{number(interval[0])} – {number(interval[1])}" if interval else "",
        "judged": f"{window.judged:,}",
        "reason": window.reasons[0] if window.reasons else "",
        "run": window.mlflow_run_id or "",
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"

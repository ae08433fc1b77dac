"""What serves and how it does, where a run's verdict is about another release."""

from __future__ import annotations

from collections.abc import Sequence

from flows.records.kinds import ActionKind
from tasks.domain.report import WindowReport
from tasks.domain.verdict import Verdict
from tasks.store import Action, ActionState


def beside(verdict: str, windows: Sequence[WindowReport], live: str | None, acts: Sequence[Action]) -> str:
    """Return in words how the live release does, and whose the verdict is.

    Empty where it is the live one's own, or all is well.

    Args:
        verdict: The worst of the windows.
        windows: Those of the run, in time order.
        live: The release that serves; None where the registry knows of none.
        acts: What was done about the service, oldest first.
    """
    bad = [window for window in windows if window.verdict == verdict]
    if live is None or not bad or verdict == Verdict.PASS or any(window.release == live for window in bad):
        return ""
    newest = next((window.verdict.upper() for window in reversed(windows) if window.release == live), "no window yet")
    other = bad[-1]
    words = f"live {live}: {newest}; {verdict.upper()} is what {other.release}"
    left = next((act for act in reversed(acts) if _took_back(act, other.release)), None)
    if left is None or left.updated_at is None:
        return f"{words} answered, which is not live"
    when = "still answered" if other.end > left.updated_at else "answered before"
    return f"{words}, rolled back {left.updated_at:%H:%M}Z, {when}"


def _took_back(action: Action, release: str) -> bool:
    done = action.state is ActionState.DONE and action.from_release == release
    return done and action.kind == ActionKind.ROLLBACK

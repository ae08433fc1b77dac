"""What a release is compared with: which windows of which release, frozen when it starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tasks.domain.errors import SettingsError
from tasks.domain.settings.policy import Baseline
from tasks.domain.window import Window, aware_utc

ENOUGH = 1_000
"""Judged interactions that make a baseline: with fewer, a drop of 0.05 takes days to show."""


@dataclass(frozen=True, slots=True)
class PastWindow:
    """An evaluated window, as far as a baseline asks.

    Attributes:
        release: Whose.
        window: When.
        scored: Judged interactions with scores.
        healthy: Whether it may serve in a baseline.
    """

    release: str
    window: Window
    scored: int
    healthy: bool


@dataclass(frozen=True, slots=True)
class BaselineChoice:
    """The windows a release is compared with.

    Attributes:
        release: Whose windows they are.
        windows: Their intervals, in time order; empty while the release's own first windows still fill.
        scored: Judged interactions in them.
        own: Whether the release is its own baseline: it then never rolls back.
        words: For people.
    """

    release: str
    windows: tuple[Window, ...]
    scored: int
    own: bool
    words: str

    @property
    def filling(self) -> bool:
        """Whether there is nothing to compare with yet."""
        return not self.windows


def choose(
    settings: Baseline,
    release: str,
    starts: datetime,
    earlier: Sequence[str],
    past: Mapping[str, Sequence[PastWindow]],
    failed: frozenset[str],
    inputs_changed: Mapping[str, datetime] | None = None,
) -> BaselineChoice:
    """Choose the baseline of a release.

    Args:
        settings: The rule.
        release: The one that starts.
        starts: Its first window's start; nothing later enters a predecessor's baseline.
        earlier: Releases seen before it, oldest first; its own name comes last where it served before and came back.
        past: Evaluated windows by release, in time order.
        failed: Releases that failed; none of them is a measure for others.
        inputs_changed: Since when a release's inputs are another kind, where they changed. A predecessor's windows
            before that are left out if at least 1,000 judged remain: they show how other content was answered.

    Raises:
        SettingsError: when a named release or period holds no evaluated window.
    """
    if settings.kind == "period":
        return _period(settings, past)
    if settings.kind == "release":
        if settings.release is None or settings.release not in past:
            known = ", ".join(sorted(repr(name) for name in past)) or "none yet"
            raise SettingsError(
                f"baseline.release {settings.release!r} has no evaluated windows; releases with some: {known}"
            )
        return _of_release(settings, settings.release, starts, past, named=True) or _own(release, past)
    for candidate in reversed(earlier):
        if candidate in failed:
            continue
        changed = (inputs_changed or {}).get(candidate)
        stay = "its own windows before it came back" if candidate == release else ""
        choice = _of_release(settings, candidate, starts, past, named=False, changed=changed, own_stay=stay)
        if choice is not None:
            return choice
    return _own(release, past)


def _of_release(
    settings: Baseline,
    release: str,
    starts: datetime,
    past: Mapping[str, Sequence[PastWindow]],
    *,
    named: bool,
    changed: datetime | None = None,
    own_stay: str = "",
) -> BaselineChoice | None:
    oldest = starts - timedelta(days=settings.days)
    windows = [
        seen
        for seen in past.get(release, ())
        if seen.healthy and seen.scored and seen.window.end <= starts and seen.window.start >= oldest
    ]
    if not windows:
        return None
    since = [seen for seen in windows if changed is not None and seen.window.start >= changed]
    cut = changed is not None and len(since) < len(windows) and sum(seen.scored for seen in since) >= ENOUGH
    windows = since if cut else windows
    scored = sum(seen.scored for seen in windows)
    what = f"the named release {release}" if named else own_stay or f"its predecessor {release}"
    words = f"{what}: {len(windows)} healthy windows, {scored} judged"
    words += f", since its inputs changed {changed:%m-%d %H:%M}Z" if cut else ""
    return BaselineChoice(release, tuple(seen.window for seen in windows), scored, own=False, words=words)


def _own(release: str, past: Mapping[str, Sequence[PastWindow]]) -> BaselineChoice:
    taken: list[PastWindow] = []
    for seen in past.get(release, ()):
        if seen.healthy and seen.scored:
            taken.append(seen)
        if sum(window.scored for window in taken) >= ENOUGH:
            chosen, scored = tuple(window.window for window in taken), sum(window.scored for window in taken)
            words = f"its own first {len(taken)} windows, {scored} judged (it never rolls back)"
            return BaselineChoice(release, chosen, scored, own=True, words=words)
    scored = sum(window.scored for window in taken)
    return BaselineChoice(release, (), scored, own=True, words=f"still filling: {scored} of {ENOUGH} judged")


def _period(settings: Baseline, past: Mapping[str, Sequence[PastWindow]]) -> BaselineChoice:
    assert settings.start is not None
    assert settings.end is not None
    start, end = aware_utc(settings.start, "baseline.start"), aware_utc(settings.end, "baseline.end")
    windows = sorted(
        (seen for seens in past.values() for seen in seens if seen.healthy and seen.scored),
        key=lambda seen: (seen.window.start, seen.release),
    )
    taken = [seen for seen in windows if start <= seen.window.start and seen.window.end <= end]
    if not taken:
        raise SettingsError(
            f"baseline period {start.isoformat()} to {end.isoformat()} holds no healthy evaluated window"
        )
    scored = sum(seen.scored for seen in taken)
    words = f"the period {start:%Y-%m-%d} to {end:%Y-%m-%d}: {len(taken)} windows, {scored} judged"
    distinct = tuple(dict.fromkeys(seen.window for seen in taken))
    return BaselineChoice(taken[0].release, distinct, scored, own=False, words=words)

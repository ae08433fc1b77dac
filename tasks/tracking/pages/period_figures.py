"""Pictures of a period: verdicts and quality of every release on one axis of time; inline SVG, no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from markupsafe import Markup

from tasks.domain.report import FindingReport, WindowReport

_WIDTH = 720
_LEFT, _RIGHT, _TOP, _BOTTOM = 104, 12, 10, 26
_ROW, _STRIP, _PLOT = 40, 18, 200
"""A release's row, of which its windows are the lower strip: a narrow screen shows its name above them."""

_ROWS_SHOWN = 12
_NAME = 14
"""Characters of a release's name that fit beside the axis."""
_DAYS = 6


def verdicts_over_time(windows: Sequence[WindowReport]) -> Markup | None:
    """Draw a row a release, a cell a window, coloured by its verdict; None without windows."""
    if not windows:
        return None
    time = _Time(windows)
    rows = list(dict.fromkeys(window.release for window in windows))[-_ROWS_SHOWN:]
    height = _TOP + len(rows) * _ROW + _BOTTOM
    cells = [
        Markup('<rect class="cell {}" x="{:.2f}" y="{}" width="{:.2f}" height="{}"><title>{}</title></rect>').format(
            window.verdict,
            time.x(window.start),
            _TOP + (rows.index(window.release) + 1) * _ROW - _STRIP,
            max(0.8, time.x(window.end) - time.x(window.start) - 0.3),
            _STRIP,
            f"{window.release}, {window.start:%Y-%m-%d %H:%M}Z {window.verdict}",
        )
        for window in windows
        if window.release in rows
    ]
    names = [
        Markup('<text class="tick name" x="{}" y="{}" text-anchor="end">{}</text>').format(
            _LEFT - 6, _TOP + (at + 1) * _ROW - _STRIP + 13, _short(release)
        )
        for at, release in enumerate(rows)
    ]
    words = f"Verdicts of {len(windows)} windows, a row a release."
    return _svg("Verdicts over time", words, height, [*names, *cells, time.days(height)])


def quality_over_time(windows: Sequence[WindowReport]) -> Markup | None:
    """Draw the judged quality of each release with its baseline; None where nothing was judged."""
    known = [(window, found) for window in windows if (found := _quality(window)) and found.value is not None]
    if not known:
        return None
    time, height = _Time(windows), _TOP + _PLOT + _BOTTOM
    grid = [
        Markup(
            '<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>'
            '<text class="tick level" x="{3}" y="{4:.1f}" text-anchor="end">{5:g}</text>'
        ).format(_LEFT, _WIDTH - _RIGHT, _y(share / 4), _LEFT - 6, _y(share / 4) + 4, share / 4)
        for share in range(5)
    ]
    drawn: list[Markup] = []
    for release in dict.fromkeys(window.release for window in windows):
        mine = [(window, found) for window, found in known if window.release == release]
        drawn.append(_path("baseline", [(window, found.baseline) for window, found in mine], time))
        drawn.append(_path("quality", [(window, found.value) for window, found in mine], time))
        if mine:
            x = time.x(mine[0][0].start)
            drawn.append(
                Markup('<line class="begins" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>').format(
                    x, _TOP, _TOP + _PLOT
                )
                + _label(x, _short(release))
            )
    radius = 3.2 if len(windows) <= 60 else 2.2
    marks = [
        Markup('<circle class="mark {}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>').format(
            window.verdict,
            time.middle(window),
            _y(found.value or 0.0),
            radius,
            f"{window.release}, {window.start:%Y-%m-%d %H:%M}Z {window.verdict}, quality {found.value:.2f}",
        )
        for window, found in known
        if window.verdict != "pass" or len(windows) <= 120
    ]
    words = f"Judged quality, 0 to 1, over {len(windows)} windows; dashed: each release's baseline."
    return _svg("Quality over time", words, height, [*grid, *drawn, *marks, time.days(height)])


class _Time:
    """The axis of time under both pictures."""

    def __init__(self, windows: Sequence[WindowReport]) -> None:
        self._start = min(window.start for window in windows)
        self._length = max(window.end for window in windows) - self._start or timedelta(hours=1)

    def x(self, moment: datetime) -> float:
        """Return where a moment lies."""
        return _LEFT + (moment - self._start) / self._length * (_WIDTH - _LEFT - _RIGHT)

    def middle(self, window: WindowReport) -> float:
        """Return where a window's middle lies."""
        return (self.x(window.start) + self.x(window.end)) / 2

    def days(self, height: int) -> Markup:
        """Draw labels below the axis."""
        form = "%m-%d" if self._length >= _DAYS * timedelta(days=1) else "%m-%d %H:%M"
        moments = [self._start + at * self._length / _DAYS for at in range(_DAYS)]
        return Markup("").join(
            Markup('<text class="tick{}" x="{:.1f}" y="{}">{}</text>').format(
                " between" if at % 2 else "", self.x(moment), height - 8, moment.strftime(form)
            )
            for at, moment in enumerate(moments)
        )


def _label(x: float, release: str) -> Markup:
    """Write a release's name beside the line at which it begins, on the side that has room."""
    right = x < _WIDTH - _RIGHT - 8 * _NAME
    return Markup('<text class="line-label" x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(
        x + 3 if right else x - 3, _TOP + _PLOT - 6, "start" if right else "end", release
    )


def _quality(window: WindowReport) -> FindingReport | None:
    return next((finding for finding in window.findings if finding.monitor == "quality"), None)


def _y(value: float) -> float:
    return _TOP + _PLOT * (1 - min(max(value, 0.0), 1.0))


def _path(style: str, values: Sequence[tuple[WindowReport, float | None]], time: _Time) -> Markup:
    """Draw a line through the windows' middles that breaks where a window is missing."""
    pieces, before = [], None
    for window, value in values:
        if value is not None:
            joined = before is not None and window.start <= before
            pieces.append(f"{'L' if joined else 'M'}{time.middle(window):.1f} {_y(value):.1f}")
            before = window.end
    return Markup('<path class="{}" d="{}"/>').format(style, " ".join(pieces)) if pieces else Markup("")


def _short(release: str) -> str:
    return release if len(release) <= _NAME else f"{release[: _NAME - 1]}…"


def _svg(title: str, words: str, height: int, marks: Sequence[Markup]) -> Markup:
    identity = title.lower().replace(" ", "-")
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{}"><title id="{}">{}</title><desc>{}</desc>{}</svg>'
    ).format(_WIDTH, height, identity, identity, title, words, Markup("").join(marks))

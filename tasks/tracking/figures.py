"""Pictures of a release's windows as inline SVG: pure functions from points to markup, no script, no request."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from tasks.domain.evaluation import Lines, TimelinePoint
from tasks.domain.once_in import once_in

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 92, 12, 14, 30
_MOST_POINTS = 240
"""More windows than this would be narrower than a pixel; the newest are shown."""


def evidence_figure(points: Sequence[TimelinePoint], lines: Lines) -> Markup:
    """Draw the two families' evidence over the windows, against the lines at which they act.

    The axis reads "an unchanged release looks this bad once in ...", on a logarithmic scale.
    """
    shown = list(points)[-_MOST_POINTS:]
    length = shown[-1].window.length
    values = [value for point in shown for value in (point.warn, point.rollback) if value is not None]
    top = max([lines.rollback_line * 1.15, *[min(value, lines.rollback_line * 2.5) for value in values]])
    ticks = [(tick, once_in(tick, length)) for tick in _spread(lines, top)]
    marks = [
        _line(lines.warn_line, top, "warn-line", "warn"),
        _line(lines.rollback_line, top, "fail-line", "roll back"),
        _path(shown, [point.warn for point in shown], top, "warn"),
        _path(shown, [point.rollback for point in shown], top, "fail"),
        _marks(shown, [_strongest(point) for point in shown], top),
    ]
    text = (
        f"Evidence against the release over {len(shown)} windows. It warns at once in "
        f"{once_in(lines.warn_line, length)} and rolls back at once in {once_in(lines.rollback_line, length)}."
    )
    return _figure("Evidence over time", text, ticks, top, shown, marks)


def quality_figure(points: Sequence[TimelinePoint]) -> Markup | None:
    """Draw judged quality with its intervals over the windows, and the baseline's level; None without any quality."""
    shown = list(points)[-_MOST_POINTS:]
    if not any(point.quality is not None for point in shown):
        return None
    marks: list[Markup] = []
    for at, point in enumerate(shown):
        if point.quality_low is not None and point.quality_high is not None:
            x = _x(at, len(shown))
            y_low, y_high = _y(point.quality_low, 1.0), _y(point.quality_high, 1.0)
            marks.append(
                Markup('<line class="interval" x1="{0:.1f}" x2="{0:.1f}" y1="{1:.1f}" y2="{2:.1f}"/>').format(
                    x, y_low, y_high
                )
            )
    marks.append(_path(shown, [point.quality_baseline for point in shown], 1.0, "baseline"))
    marks.append(_path(shown, [point.quality for point in shown], 1.0, "quality"))
    marks.append(_marks(shown, [point.quality for point in shown], 1.0))
    ticks = [(share / 4, f"{share / 4:g}") for share in range(5)]
    text = f"Judged quality, 0 to 1, with 95 % intervals over {len(shown)} windows; dashed: the baseline."
    return _figure("Quality over time", text, ticks, 1.0, shown, marks)


def _spread(lines: Lines, top: float) -> list[float]:
    step = top / 5
    ticks = [tick * step for tick in range(1, 6)]
    known = (lines.warn_line, lines.rollback_line)
    return [0.0, *[tick for tick in ticks if all(abs(tick - line) > step * 0.35 for line in known)], *known]


def _strongest(point: TimelinePoint) -> float | None:
    known = [value for value in (point.warn, point.rollback) if value is not None]
    return max(known) if known else None


def _x(at: int, number: int) -> float:
    return _LEFT + (at + 0.5) * (WIDTH - _LEFT - _RIGHT) / number


def _y(value: float, top: float) -> float:
    share = min(max(value / top, 0.0), 1.0)
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _line(value: float, top: float, style: str, label: str) -> Markup:
    y = _y(value, top)
    return Markup(
        '<line class="{0}" x1="{1}" x2="{2}" y1="{3:.1f}" y2="{3:.1f}"/>'
        '<text class="line-label" x="{4}" y="{5:.1f}">{6}</text>'
    ).format(style, _LEFT, WIDTH - _RIGHT, y, _LEFT + 6, y - 4, label)


def _path(points: Sequence[TimelinePoint], values: Sequence[float | None], top: float, style: str) -> Markup:
    """Draw a line that breaks where a window has no value."""
    pieces, pen_down = [], False
    for at, value in enumerate(values):
        if value is None or not math.isfinite(value):
            pen_down = False
            continue
        pieces.append(f"{'L' if pen_down else 'M'}{_x(at, len(points)):.1f} {_y(value, top):.1f}")
        pen_down = True
    return Markup('<path class="{}" d="{}"/>').format(style, " ".join(pieces)) if pieces else Markup("")


def _marks(points: Sequence[TimelinePoint], values: Sequence[float | None], top: float) -> Markup:
    """Draw one mark a window, coloured by its verdict, with a tooltip that says when."""
    radius = 3.2 if len(points) <= 60 else 1.8
    drawn = []
    for at, (point, value) in enumerate(zip(points, values, strict=True)):
        y = _y(value if value is not None and math.isfinite(value) else 0.0, top)
        drawn.append(
            Markup('<circle class="mark {}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>').format(
                point.verdict.value,
                _x(at, len(points)),
                y,
                radius,
                f"{point.window.start:%Y-%m-%d %H:%M}Z {point.verdict.value}",
            )
        )
    return Markup("").join(drawn)


def _figure(
    title: str,
    description: str,
    ticks: Sequence[tuple[float, str]],
    top: float,
    points: Sequence[TimelinePoint],
    marks: Sequence[Markup],
) -> Markup:
    grid = [
        Markup(
            '<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>'
            '<text class="tick" x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>'
        ).format(_LEFT, WIDTH - _RIGHT, _y(tick, top), _LEFT - 6, _y(tick, top) + 4, label)
        for tick, label in ticks
    ]
    days = []
    every = max(1, len(points) // 6)
    for at in range(0, len(points), every):
        if at + every / 2 > len(points) and at:
            continue
        days.append(
            Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                min(max(_x(at, len(points)), _LEFT + 30), WIDTH - 44),
                HEIGHT - 8,
                f"{points[at].window.start:%m-%d %H:%M}",
            )
        )
    identity = title.lower().replace(" ", "-")
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-labelledby="{}"><title id="{}">{}</title><desc>{}</desc>{}{}{}</svg>'
    ).format(
        WIDTH,
        HEIGHT,
        identity,
        identity,
        escape(title),
        escape(description),
        Markup("").join(grid),
        Markup("").join(days),
        Markup("").join(marks),
    )

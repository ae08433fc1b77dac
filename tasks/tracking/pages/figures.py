"""Pictures of a release's windows as inline SVG: pure functions from points to markup, no script, no request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from markupsafe import Markup, escape

from tasks.domain.evaluation import Lines, TimelinePoint
from tasks.domain.once_in import once_in

WIDTH, HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 104, 12, 18, 30
_APART = 24
"""Labels one above the other need as many units, in the larger letters of a narrow screen."""
_DASH = 5
_DAYS = 6
"""Labels below the axis: so many fit, 70 units each; a narrow screen shows every other."""
_MARKS_OF_TIME = tuple(timedelta(days=days) for days in (365_000, 36_500, 3_650, 365, 30.5, 1))
_MOST_POINTS = 240
"""More windows than this would be narrower than a pixel; the newest are shown."""


def evidence_figure(points: Sequence[TimelinePoint], lines: Lines) -> Markup:
    """Draw the two families' evidence over the windows, against the lines at which they act.

    The axis reads "an unchanged release looks this bad once in ...", on a logarithmic scale; what is beyond a thousand
    years lies at its upper edge.
    """
    shown = list(points)[-_MOST_POINTS:]
    length = shown[-1].window.length
    values = [value for point in shown for value in (point.warn, point.rollback) if value is not None]
    line = max(lines.rollback_line, lines.warn_line)
    longest = max(math.log(_MARKS_OF_TIME[0] / length), line)
    top = 1.04 * max([line, *[min(value, longest) for value in values if math.isfinite(value)]])
    ticks = [(tick, once_in(tick, length).replace("more than", ">")) for tick in _spread(lines, length, top)]
    marks = [
        _line(lines.warn_line, top, "warn-line", "warn", above=lines.warn_line > lines.rollback_line),
        _line(lines.rollback_line, top, "fail-line", "roll back", above=lines.warn_line <= lines.rollback_line),
        _path(shown, [point.warn for point in shown], top, "warn"),
        _path(shown, [point.rollback for point in shown], top, "fail"),
        _marks(shown, [_strongest(point) for point in shown], top, "no evidence yet"),
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
                _numbers(f'<line class="interval" x1="{x:.1f}" x2="{x:.1f}" y1="{y_low:.1f}" y2="{y_high:.1f}"/>')
            )
    marks.append(_path(shown, [point.quality_baseline for point in shown], 1.0, "baseline"))
    marks.append(_path(shown, [point.quality for point in shown], 1.0, "quality"))
    marks.append(_marks(shown, [point.quality for point in shown], 1.0, "quality not measured"))
    ticks = [(share / 4, f"{share / 4:g}") for share in range(5)]
    text = f"Judged quality, 0 to 1, with 95 % intervals over {len(shown)} windows; dashed: the baseline."
    return _figure("Quality over time", text, ticks, 1.0, shown, marks)


def _spread(lines: Lines, length: timedelta, top: float) -> list[float]:
    """Return where the axis is labelled: at no evidence, at the lines, and at round durations that leave room."""
    chosen = [0.0]
    rounds = [math.log(mark / length) for mark in _MARKS_OF_TIME if mark > length]
    for tick in (lines.rollback_line, lines.warn_line, *rounds):
        if 0 < tick <= top and all(abs(_y(tick, top) - _y(other, top)) >= _APART for other in chosen):
            chosen.append(tick)
    return chosen


def _strongest(point: TimelinePoint) -> float | None:
    known = [value for value in (point.warn, point.rollback) if value is not None]
    return max(known) if known else None


def _x(at: int, number: int) -> float:
    return _LEFT + (at + 0.5) * (WIDTH - _LEFT - _RIGHT) / number


def _y(value: float, top: float) -> float:
    share = min(max(value / top, 0.0), 1.0)
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _line(value: float, top: float, style: str, label: str, *, above: bool) -> Markup:
    """Draw a line across; of two lines the upper one carries its label above, the lower one below."""
    y = _y(value, top)
    return Markup(
        '<line class="{0}" x1="{1}" x2="{2}" y1="{3:.1f}" y2="{3:.1f}"/>'
        '<text class="line-label across" x="{4}" y="{5:.1f}">{6}</text>'
    ).format(style, _LEFT, WIDTH - _RIGHT, y, _LEFT + 6, y - 4 if above else y + 12, label)


def _path(points: Sequence[TimelinePoint], values: Sequence[float | None], top: float, style: str) -> Markup:
    """Draw a line that breaks where a window has no value; a window alone is a short dash."""
    known = [value is not None and math.isfinite(value) for value in values]
    pieces = []
    for at, value in enumerate(values):
        if value is None or not known[at]:
            continue
        x, y = _x(at, len(points)), _y(value, top)
        after, before = at + 1 < len(known) and known[at + 1], at > 0 and known[at - 1]
        if before or after:
            pieces.append(f"{'L' if before else 'M'}{x:.1f} {y:.1f}")
        else:
            pieces.append(f"M{x - _DASH:.1f} {y:.1f}L{x + _DASH:.1f} {y:.1f}")
    return Markup('<path class="{}" d="{}"/>').format(style, " ".join(pieces)) if pieces else Markup("")


def _marks(points: Sequence[TimelinePoint], values: Sequence[float | None], top: float, missing: str) -> Markup:
    """Draw one mark a window, coloured by its verdict, with a tooltip; missing is no 0: hollow, on the axis."""
    radius = 3.2 if len(points) <= 60 else 1.8
    drawn = []
    for at, (point, value) in enumerate(zip(points, values, strict=True)):
        known = value is not None and math.isfinite(value)
        verdict, hollow, said = point.verdict.value, "" if known else " missing", "" if known else f", {missing}"
        x, y = _x(at, len(points)), _y(value if known and value is not None else 0.0, top)
        title = f"{point.window.start:%Y-%m-%d %H:%M}Z {verdict}{said}"
        drawn.append(
            f'<circle class="mark {verdict}{hollow}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}">'
            f"<title>{title}</title></circle>"
        )
    return _numbers("".join(drawn))


def _numbers(markup: str) -> Markup:
    """Return markup made of numbers, times and words of our own alone: escaping each would take most of the time."""
    return Markup(markup)  # noqa: S704 (no text of others is in it)


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
            '<text class="tick level" x="{3}" y="{4:.1f}" text-anchor="end">{5}</text>'
        ).format(_LEFT, WIDTH - _RIGHT, _y(tick, top), _LEFT - 6, _y(tick, top) + 4, label)
        for tick, label in ticks
    ]
    days = [
        Markup('<text class="tick{}" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            " between" if number % 2 else "",
            min(_x(at, len(points)), WIDTH - 40),
            HEIGHT - 8,
            f"{points[at].window.start:%m-%d %H:%M}",
        )
        for number, at in enumerate(range(0, len(points), math.ceil(len(points) / _DAYS)))
    ]
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

"""Pictures of a comparison and of a plan: inline SVG, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

_WIDTH, _HEIGHT = 720, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 40, 18, 30
_LABELS = 6


class _Axes:
    """Where points lie on the canvas."""

    def __init__(self, number: int, low: float, high: float) -> None:
        self._number, self._low, self._high = number, low, high

    def x(self, at: int) -> float:
        return _LEFT + (at + 0.5) * (_WIDTH - _LEFT - _RIGHT) / max(self._number, 1)

    def y(self, value: float) -> float:
        share = (min(max(value, self._low), self._high) - self._low) / (self._high - self._low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def across(self, value: float, style: str, label: str) -> Markup:
        return Markup(
            '<line class="{0}" x1="{1}" x2="{2}" y1="{3:.1f}" y2="{3:.1f}"/>'
            '<text class="level" x="{4}" y="{5:.1f}" text-anchor="end">{6}</text>'
        ).format(style, _LEFT, _WIDTH - _RIGHT, self.y(value), _LEFT - 6, self.y(value) + 4, label)

    def band(self, lows: Sequence[float], highs: Sequence[float]) -> Markup:
        there = [f"{self.x(at):.1f},{self.y(high):.1f}" for at, high in enumerate(highs)]
        back = [f"{self.x(at):.1f},{self.y(low):.1f}" for at, low in reversed(list(enumerate(lows)))]
        return Markup('<polygon class="band" points="{}"/>').format(" ".join(there + back))

    def line(self, values: Sequence[float], style: str = "line") -> Markup:
        points = " ".join(f"{self.x(at):.1f},{self.y(value):.1f}" for at, value in enumerate(values))
        return Markup('<polyline class="{}" points="{}"/>').format(style, points)

    def steps(self, values: Sequence[float], style: str) -> Markup:
        """Draw values that hold from one point to the next."""
        half = (self.x(1) - self.x(0)) / 2
        points = " ".join(
            f"{self.x(at) - half:.1f},{self.y(value):.1f} {self.x(at) + half:.1f},{self.y(value):.1f}"
            for at, value in enumerate(values)
        )
        return Markup('<polyline class="{}" points="{}"/>').format(style, points)

    def right(self, value: float, style: str, label: str) -> Markup:
        return Markup('<text class="right {}" x="{}" y="{:.1f}">{}</text>').format(
            style, _WIDTH - _RIGHT + 6, self.y(value) + 4, label
        )

    def moments(self, moments: Sequence[datetime]) -> Markup:
        every = math.ceil(len(moments) / _LABELS)
        return self.labels([(at, f"{moments[at]:%m-%d %H:%M}") for at in range(0, len(moments), every)])

    def days(self, moments: Sequence[datetime]) -> Markup:
        midnights = [at for at, moment in enumerate(moments) if moment.hour == 0]
        every = max(math.ceil(len(midnights) / (_LABELS + 2)), 1)
        return self.labels([(at, f"{moments[at]:%a %m-%d}") for at in midnights[::every]])

    def labels(self, labels: Sequence[tuple[int, str]]) -> Markup:
        return Markup("").join(
            Markup('<text class="moment{}" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
                " between" if number % 2 else "", min(max(self.x(at), _LEFT + 30), _WIDTH - 40), _HEIGHT - 8, label
            )
            for number, (at, label) in enumerate(labels)
        )


def interval_figure(
    looks: Sequence[tuple[datetime, float, float, float]], margin: float, title: str, description: str
) -> Markup:
    """Draw an estimate with its interval over time, against no difference and the margin.

    Args:
        looks: End of each window with estimate, low and high.
        margin: Difference that does not matter.
        title: Read by screen readers and as a tooltip.
        description: What is seen, in words.
    """
    newest = looks[len(looks) // 10 :]
    # The first intervals are as wide as the range; the picture shows where it narrows.
    reach = max([2.5 * margin, *(min(abs(end), 4 * margin) for _, _, low, high in newest for end in (low, high))])
    axes = _Axes(len(looks), -reach, reach)
    marks = [
        axes.across(0, "zero", "0"),
        axes.across(-margin, "margin", f"−{margin:g}"),
        axes.across(margin, "margin", f"+{margin:g}"),
        axes.band([low for *_, low, _ in looks], [high for *_, high in looks]),
        axes.line([estimate for _, estimate, _, _ in looks]),
        axes.moments([end for end, *_ in looks]),
    ]
    return _svg(title, description, marks)


def plan_figure(
    hours: Sequence[tuple[datetime, float, float, float]], replicas: Sequence[int], title: str, description: str
) -> Markup:
    """Draw expected requests an hour with their interval, and the replicas that serve them.

    Args:
        hours: Start of each with expected, low and high requests.
        replicas: Alongside.
        title: Read by screen readers and as a tooltip.
        description: What is seen, in words.
    """
    top = 1.05 * max([1.0, *(high for *_, high in hours)])
    most = max([1, *replicas])
    axes, steps = _Axes(len(hours), 0, top), _Axes(len(hours), 0, 1.05 * most)
    marks = [
        *(axes.across(share * top, "grid", f"{share * top:,.0f}") for share in (0, 0.5, 1)),
        *(steps.right(number, "of-step", f"{number}") for number in sorted({0, most // 2, most})),
        axes.band([low for *_, low, _ in hours], [high for *_, high in hours]),
        axes.line([mean for _, mean, _, _ in hours]),
        steps.steps([float(number) for number in replicas], "step"),
        Markup('<text class="axis of-line" x="{}" y="12">requests an hour</text>').format(_LEFT),
        Markup('<text class="axis of-step" x="{}" y="12" text-anchor="end">replicas</text>').format(_WIDTH - 2),
        axes.days([start for start, *_ in hours]) if len(hours) > 48 else axes.moments([start for start, *_ in hours]),
    ]
    return _svg(title, description, marks)


def _svg(title: str, description: str, marks: Sequence[Markup]) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>{}</svg>').format(
        _WIDTH, _HEIGHT, title, description, Markup("").join(marks)
    )

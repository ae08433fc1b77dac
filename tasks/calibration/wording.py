"""A calibration in the words people read: what the judge can be trusted for, and how many labels are missing."""

from __future__ import annotations

from tasks.calibration.agreement import FEWEST, USEFUL
from tasks.domain.calibration import AgreementReport, CalibrationReport, LevelReport
from tasks.domain.signed import signed

_RELIABLE = 0.667
"""Krippendorff's lowest α from which even tentative conclusions may be drawn (Content Analysis, 2004, chapter 11)."""


def words(report: CalibrationReport, bias_labels: int | None) -> str:
    """Return what a calibration says.

    Args:
        report: Without its text.
        bias_labels: Labels in all that would tell the bias to the precision; None where it is not known.
    """
    found = report.agreement
    raters = f" by {report.raters} raters" if report.raters > 1 else ""
    held = f"{report.judge_model} held against people on {report.matched:,} interactions{raters}"
    lines = [f"Judge of {report.service}: {held}."]
    # Where most labels are of no use, why is what there is to know; a run's message ends before the last line.
    not_used = [_not_used(report)] if report.unmatched else []
    if report.unmatched >= report.matched:
        lines += not_used
    if report.matched < 2:
        lines.append("Too few labels match an interaction: nothing can be said of the judge.")
    else:
        lines += [_levels(report, bias_labels), _changes(report)]
    lines += [f"- {_level(one, report.precision)}" for one in report.levels]
    if found.raters_alpha is not None:
        low = ": they disagree among themselves, and no judge can do better" if found.raters_alpha < _RELIABLE else ""
        lines.append(f"People among themselves: Krippendorff's alpha {found.raters_alpha:.2f}{low}.")
    if report.unmatched < report.matched:
        lines += not_used
    return "\n".join(lines)


def _not_used(report: CalibrationReport) -> str:
    """Say how many and why first, which of them after: names come from a file, and may be long."""
    causes = "; ".join(f"{one.labels:,} {one.cause}" for one in report.unused)
    return f"Not used: {causes} ({'; '.join(', '.join(one.first) for one in report.unused)})."


def _levels(report: CalibrationReport, bias_labels: int | None) -> str:
    found, precision = report.agreement, report.precision
    assert found.bias is not None
    assert found.bias_interval is not None
    low, high = found.bias_interval
    bias = f"judge minus people {signed(found.bias)} ({signed(low)} to {signed(high)})"
    if report.levels_trusted == "yes":
        return f"Levels: trusted. The judge's mean is people's, within {precision:g}: {bias}."
    if report.levels_trusted == "no":
        kind = "kind" if found.bias > 0 else "strict"
        return f"Levels: not trusted. The judge is too {kind}: {bias}. Read the corrected levels, not its mean."
    if report.matched < FEWEST:
        return f"Levels: open. {report.matched} labels are too few to tell (it takes {FEWEST}): {bias}."
    missing = max((bias_labels or 0) - report.matched, 0)
    more = f"about {missing:,} more labels would tell it to ±{precision:g}" if missing else "more labels would tell"
    return f"Levels: open. {bias[0].upper()}{bias[1:]}; {more}."


def _changes(report: CalibrationReport) -> str:
    found = report.agreement
    assert found.spearman is not None
    assert found.spearman_interval is not None
    order = f"Spearman {found.spearman:.2f} ({_span(found.spearman_interval)}), weighted kappa {found.kappa:.2f}"
    if report.changes_trusted == "yes":
        return f"Changes: trusted. The judge moves with people: {order}{_dearer(found)}."
    if report.changes_trusted == "no":
        return f"Changes: not trusted. The judge does not order answers as people do: {order}; change rubric or model."
    why = (
        f"{report.matched} labels are too few to tell (it takes {FEWEST})"
        if report.matched < FEWEST
        else f"it is not shown that the correlation reaches {USEFUL:g}"
    )
    return f"Changes: open. {why[0].upper()}{why[1:]}: {order}."


def _dearer(found: AgreementReport) -> str:
    """Say how much of a change the judge shows, and what its noise costs.

    A mean of scores of correlation r tells as much of a change as one of r² times as many of people's.
    """
    if not found.correlation or found.slope is None or found.correlation >= 0.99:
        return ""
    return (
        f". A drop of 0.10 that people see shows as about {found.slope / 10:.2f}, and takes about "
        f"{found.correlation**-2:.1f} times as many interactions to show than if people scored"
    )


def _level(one: LevelReport, precision: float) -> str:
    said = []
    if one.corrected is not None and one.corrected_interval is not None:
        said.append(f"people would give {one.corrected:.3f} ({_span(one.corrected_interval, digits=3)})")
    if one.judge is not None and one.judge_interval is not None:
        span = _span(one.judge_interval, digits=3)
        said.append(f"the judge alone says {one.judge:.3f} ({span}) of {one.judged:,}")
    if one.people is not None and one.people_interval is not None:
        span = _span(one.people_interval, digits=3)
        said.append(f"{one.labels:,} labels alone {one.people:.3f} ({span})")
    if one.more_labels is not None:
        missing = f"{one.more_labels:,} more labels would bring it to" if one.more_labels else "that is within"
        alone = f" (without the judge {one.more_labels_alone:,})" if one.more_labels_alone else ""
        said.append(f"{missing} ±{precision:g}{alone}")
    elif one.more_labels_alone:
        said.append(f"{one.more_labels_alone:,} more labels would bring them to ±{precision:g}")
    if one.note:
        said.append(one.note)
    return f"{'All releases' if one.release is None else f'Release {one.release}'}: {'; '.join(said)}."


def _span(interval: tuple[float, float], *, digits: int = 2) -> str:
    low, high = (f"{end:.{digits}f}".replace("-", "−") for end in interval)
    return f"{low} to {high}"

"""What a calibration leaves on record: a study for MLflow, an artifact for Prefect; ids and numbers alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from prefect.runtime import flow_run

from flows.running.artifacts import leave, table
from tasks.domain.calibration import CalibrationReport, LevelReport
from tasks.domain.markdown import escaped
from tasks.domain.study import Study
from tasks.tracking import study_page

_LEVELS = ("release", "people would give", "judge alone", "labels alone", "labels", "more labels")
_FURTHEST = ("interaction", "release", "judge", "people")


def calibration_study(report: CalibrationReport, asked: str, described: Mapping[str, str]) -> Study:
    """Return what is recorded of a calibration.

    Args:
        report: With its period.
        asked: Hash of what was asked of the judge.
        described: The settings, by name.
    """
    assert report.start is not None
    assert report.end is not None
    # Found the same again, it is the same study; what judging cost is another matter.
    found = report.model_dump_json(exclude={"judge", "mlflow_run_id"})
    trust = f"levels {report.levels_trusted} changes {report.changes_trusted}"
    return Study(
        kind="calibration",
        service=report.service,
        key=hashlib.sha256("\x1f".join([asked, found, *described.values()]).encode()).hexdigest()[:16],
        name=f"{report.end:%Y-%m-%dT%H:%MZ} calibration {trust}",
        text=report.text,
        start=report.start,
        end=report.end,
        tags={
            "plumbline.verdict": trust,
            "plumbline.judge_model": report.judge_model,
            "plumbline.flow_run_id": str(flow_run.id or ""),
        },
        params=described,
        metrics={name: ((report.end, value),) for name, value in _metrics(report).items()},
        artifacts={
            "report.html": study_page(
                f"{report.service}: the judge held against people", report.text, None, _LEVELS, _levels(report)
            ),
            "calibration.json": report.model_dump_json(indent=1),
        },
    )


def publish_calibration(report: CalibrationReport, link_of: Callable[[str], str | None]) -> None:
    """Leave the calibration as an artifact."""
    address = link_of(report.mlflow_run_id) if report.mlflow_run_id else None
    description = f"The judge of {report.service} held against people"
    leave("calibration", report.service, calibration_markdown(report, address), description)


def calibration_markdown(report: CalibrationReport, address: str | None) -> str:
    """Return the Prefect artifact of a calibration: its words, the levels, and where judge and people differ most."""
    head, *lines = report.text.split("\n")
    parts = [f"# Judge and people · {escaped(report.service)}", "", escaped(head), ""]
    parts += [escaped(line) if line.startswith("- ") else f"\n{escaped(line)}\n" for line in lines]
    parts += [""]
    parts += table(_LEVELS, _levels(report)) if report.levels else []
    if report.furthest:
        parts += ["", "Where they differ most:", ""]
        rows = [[one.interaction_id, one.release, f"{one.judge:.2f}", f"{one.people:.2f}"] for one in report.furthest]
        parts += table(_FURTHEST, rows)
    parts += ["", *([f"[Calibration in MLflow]({address})"] if address else [])]
    return "\n".join(parts)


def _levels(report: CalibrationReport) -> list[list[str]]:
    return [_level(one) for one in report.levels]


def _level(one: LevelReport) -> list[str]:
    return [
        "all releases" if one.release is None else one.release,
        _number(one.corrected, one.corrected_interval),
        _number(one.judge, one.judge_interval),
        _number(one.people, one.people_interval),
        f"{one.labels:,}",
        "" if one.more_labels is None else f"{one.more_labels:,}",
    ]


def _number(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None or interval is None:
        return ""
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"


def _metrics(report: CalibrationReport) -> dict[str, float]:
    """Return the numbers people plot over calibrations; those of several releases stand in the table."""
    found = report.agreement
    low, high = found.bias_interval or (None, None)
    known = {
        "calibration/labels": float(report.matched),
        "calibration/unmatched": float(report.unmatched),
        "calibration/kappa": found.kappa,
        "calibration/spearman": found.spearman,
        "calibration/bias": found.bias,
        "calibration/bias_low": low,
        "calibration/bias_high": high,
        "calibration/raters_alpha": found.raters_alpha,
        "cost/judge_usd": report.judge.cost_usd,
    }
    for level in report.levels[:1]:
        low, high = level.corrected_interval or (None, None)
        known |= {
            "quality/judge": level.judge,
            "quality/corrected": level.corrected,
            "quality/ci_low": low,
            "quality/ci_high": high,
        }
    return {name: value for name, value in known.items() if value is not None}

"""Saved views of an experiment: which runs, columns and charts MLflow shows, so that nobody has to set them up.

MLflow's page keeps a saved view as a tag of the experiment, lists it under "Views", and opens it by its key in the
address. The form is the page's own (MLflow 3.17); one that knows it not shows its default instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

_TAG = "mlflow.sharedViewState."
WINDOWS, TROUBLE, RELEASES, SERVICES = (
    "plumbline-windows",
    "plumbline-trouble",
    "plumbline-releases",
    "plumbline-services",
)

_KIND = "tags.`plumbline.kind`"
_TROUBLE = " AND ".join(f"tags.`plumbline.verdict` != '{verdict}'" for verdict in ("pass", "inconclusive"))
"""MLflow compares a tag with one value only: `IN` is refused for tags, and `OR` is not known."""
_LEVELS = ("quality/mean", "quality/baseline")
"""As many columns as fit beside a run's name; MLflow shows them in the order of the alphabet."""
_CHARTS: Mapping[str, Sequence[tuple[str, ...]]] = {
    "1 Is it as good as before?": [("quality/mean", "quality/baseline"), ("quality/ci_low", "quality/ci_high")],
    "2 How sure is that?": [
        ("evidence/family", "evidence/warn_line"),
        ("evidence/rollback_family", "evidence/rollback_line"),
        ("verdict/rank",),
    ],
    "3 Beside it": [
        ("latency/p95_ms",),
        ("errors/rate",),
        ("cost/usd",),
        ("toxicity/mean",),
        ("volume/interactions",),
        ("cost/judge_usd",),
    ],
}
_FOLDED = ("cost", "errors", "evidence", "feedback", "judge", "latency", "quality", "toxicity", "verdict", "volume")
"""Sections MLflow makes of the metrics' names: they stay, closed, below the charts above."""


def service_views() -> dict[str, str]:
    """Return the saved views of a service's experiment, as tags."""
    columns = [*(f"metrics.`{name}`" for name in _LEVELS), "tags.`plumbline.once_in`"]
    windows, live = f"{_KIND} = 'window'", ["tags.`plumbline.live`", *columns]
    return dict(
        [
            _view(WINDOWS, "All windows", windows, columns),
            _view(TROUBLE, "Windows that warned or failed", f"{windows} AND {_TROUBLE}", columns),
            _view(RELEASES, "Releases side by side", f"{_KIND} = 'release'", live, charts=True),
        ]
    )


def fleet_views() -> dict[str, str]:
    """Return the saved view of the fleet's experiment, as tags: a row a service."""
    shown = ("live", "verdict", "since", "quality", "once in", "judge a day", "last window", "mode", "owner")
    columns = [f"tags.`{name}`" for name in shown]
    return dict([_view(SERVICES, "All services", f"{_KIND} = 'service'", columns)])


def link_to_view(experiment: str, key: str, *, charts: bool = False) -> str:
    """Return where a saved view opens, relative to MLflow's own address."""
    return f"#/experiments/{experiment}/runs?viewStateShareKey={key}{'&compareRunsMode=CHART' if charts else ''}"


def _view(key: str, name: str, runs: str, columns: Sequence[str], *, charts: bool = False) -> tuple[str, str]:
    """Return a view's tag."""
    state: dict[str, object] = {
        "searchFilter": runs,
        "orderByKey": "attributes.start_time",
        "orderByAsc": False,
        "selectedColumns": list(columns),
        "runsHiddenMode": "SHOW_ALL" if charts else "FIRST_10_RUNS",
    }
    if charts:
        state |= {
            "isAccordionReordered": True,
            "compareRunSections": [
                *(_section(title, opened=True) for title in _CHARTS),
                *(_section(title, opened=False) for title in _FOLDED),
            ],
            "compareRunCharts": [_chart(title, metrics) for title, many in _CHARTS.items() for metrics in many],
        }
    return f"{_TAG}{key}", json.dumps({"name": name, "createdAt": 0, "updatedAt": 0, "state": json.dumps(state)})


def _section(title: str, *, opened: bool) -> dict[str, object]:
    return {
        "uuid": f"section {title}",
        "name": title,
        "display": opened,
        "isReordered": True,
        "deleted": False,
        "isGenerated": not opened,
    }


def _chart(section: str, metrics: Sequence[str]) -> dict[str, object]:
    """Return a line chart over time: steps count windows since 1970 and say nothing to people."""
    return {
        "type": "LINE",
        "uuid": f"chart {metrics[0]}",
        "metricSectionId": f"section {section}",
        "deleted": False,
        "isGenerated": False,
        "metricKey": metrics[0],
        "selectedMetricKeys": list(metrics),
        "displayName": " and ".join(metrics),
        "lineSmoothness": 0,
        "xAxisScaleType": "linear",
        "scaleType": "linear",
        "range": {},
        "xAxisKey": "time",
        "selectedXAxisMetricKey": "",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "ignoreOutliers": False,
        "useGlobalXaxisKey": False,
        "useGlobalLineSmoothing": True,
    }

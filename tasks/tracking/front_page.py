"""The words on MLflow's front pages: Markdown whose links are relative, so that they hold wherever MLflow is served."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from tasks.domain.markdown import escaped
from tasks.domain.naming import plain
from tasks.domain.release import Release
from tasks.domain.report import WindowReport
from tasks.domain.verdict import Verdict
from tasks.domain.window import span
from tasks.tracking.note import note_of
from tasks.tracking.standing import Standing
from tasks.tracking.tags import COLOUR, COLOURS
from tasks.tracking.views import RELEASES, TROUBLE, WINDOWS, link_to_view

_DONE_SHOWN = 5


def service_note(standing: Standing, experiment: str, release_runs: Mapping[str, str]) -> str:
    """Return a service's description: the first line answers what people open the page for."""
    # No bold: the list of experiments shows descriptions as they are written.
    live = f"Live: {_said(standing.live)}" if standing.live else f"Release {_said(standing.release)}"
    since = f" since {standing.since:%m-%d %H:%M}Z" if standing.since else ""
    first = f"{live}, {standing.verdict.upper()}{since}. {_said(_incident(standing))}"
    links = [
        f"[releases side by side]({link_to_view(experiment, RELEASES, charts=True)})",
        f"[all windows]({link_to_view(experiment, WINDOWS)})",
        f"[windows that warned or failed]({link_to_view(experiment, TROUBLE)})",
        f"[model versions](#/models/{plain(standing.service)})",
    ]
    if run := release_runs.get(standing.release):
        links.insert(0, f"[report of {_said(standing.release)}]({link_to_report(experiment, run)})")
    parts = [first, " · ".join(links)]
    if standing.newest:
        parts.append(_said(f"Now: {_sure(standing.newest)}"))
    if standing.incident:
        why = "; ".join(standing.incident.reasons[:2])
        parts.append(_said(f"The last incident: {why}. {_sure(standing.incident)}"))
    parts += [f"- {_said(words)}" for words in standing.done[:_DONE_SHOWN]]
    if standing.alarms:
        parts.append(_said(f"Alarms: {standing.alarms}."))
    parts.append(
        "A run named by a time is a window: its report.html explains the verdict, its Traces are the worst "
        "interactions where it warned or failed. "
        "A run named service@release is a release: Model metrics is its timeline."
    )
    return _joined(parts)


def _incident(standing: Standing) -> str:
    """What fell last and what was done: the description shows one line until it is opened, and cuts it on the right."""
    bad = standing.incident
    if bad is None:
        return "No incident in four weeks."
    done = f", {standing.answer}" if standing.answer else ""
    return f"Last: {bad.release} {bad.verdict.upper()} {bad.start:%m-%d %H:%M}Z{done}."


def release_note(service: str, release: Release | None, newest: WindowReport, experiment: str, run_id: str) -> str:
    """Return a release's description: where to go on, then its newest verdict."""
    links = [f"[report of its windows]({link_to_report(experiment, run_id)})"]
    if newest.mlflow_run_id:
        links.append(f"[newest window]({link_to(experiment, newest.mlflow_run_id)})")
    if release is not None:
        links.append(f"[model version {release.version}](#/models/{plain(service)}/versions/{release.version})")
    return f"{' · '.join(links)}\n\n{note_of(newest.text)}"


def window_links(experiment: str, run_id: str, release_run: str, flow_run_url: str | None, verdict: Verdict) -> str:
    """Return where to go on from a window: it is recorded before anything is done about it."""
    links = [f"[report]({link_to_report(experiment, run_id)})", f"[its release]({link_to(experiment, release_run)})"]
    if verdict in {Verdict.WARN, Verdict.FAIL}:
        links.insert(0, f"[worst interactions]({link_to(experiment, run_id)}/traces)")
    if verdict is Verdict.FAIL:
        links.append(f"[what was done]({link_to_view(experiment, WINDOWS)})")
    if flow_run_url:
        links.append(f"[flow run]({flow_run_url})")
    return " · ".join(links)


def fleet_tags(standing: Standing, experiment: str) -> dict[str, str]:
    """Return the tags of a service's row: its columns, and a description with links."""
    newest = standing.newest
    links = [f"[experiment]({link_to_view(experiment, WINDOWS)})"]
    if newest and newest.mlflow_run_id:
        links.append(f"[newest window]({link_to(experiment, newest.mlflow_run_id)})")
    if standing.flow_run_url:
        links.append(f"[flow run]({standing.flow_run_url})")
    note = [" · ".join(links), *([note_of(newest.text)] if newest else [])]
    return {
        "plumbline.kind": "service",
        "plumbline.service": standing.service,
        "live": standing.live or "unknown",
        "verdict": standing.verdict,
        "since": f"{standing.since:%m-%d %H:%M}Z" if standing.since else "",
        "quality": _quality(standing),
        "once in": newest.once_in if newest else "",
        "last window": span(newest.start, newest.end, year=False) if newest else "",
        "mode": standing.mode,
        "owner": standing.owner or "nobody named",
        "judge a day": _usd(standing.judge_usd_a_day),
        "last incident": _incident(standing),
        COLOUR: COLOURS[Verdict(newest.verdict if newest else Verdict.INCONCLUSIVE)],
        "mlflow.note.content": "\n\n".join(note),
        "mlflow.source.name": "plumbline",
        "mlflow.source.type": "JOB",
    }


def _quality(standing: Standing) -> str:
    found = standing.quality
    if found is None or found.value is None:
        return "not measured"
    return f"{found.value:.2f}" + (f" ({found.interval[0]:.2f}–{found.interval[1]:.2f})" if found.interval else "")


def _usd(cost: float | None) -> str:
    return "unknown" if cost is None else f"{cost:.2f} USD"


def link_to(experiment: str, run_id: str) -> str:
    """Return where a run is, relative to MLflow's own address."""
    return f"#/experiments/{experiment}/runs/{run_id}"


def link_to_report(experiment: str, run_id: str) -> str:
    """Return where a run's page is."""
    return f"{link_to(experiment, run_id)}/artifacts/report.html"


def _sure(window: WindowReport) -> str:
    """The part of the verdict's text that says what was measured and how sure it is."""
    rest = [line for line in window.text.split("\n")[1:] if line and not line.startswith("- ")]
    return " ".join(rest[:2])


def _said(words: str) -> str:
    """Words from logs inside Markdown: on one line, nothing in them formats."""
    return escaped(" ".join(words.split()))


def _joined(parts: list[str]) -> str:
    """Return paragraphs apart, items of a list together."""
    text = parts[0]
    for before, part in pairwise(parts):
        text += ("\n" if before.startswith("- ") and part.startswith("- ") else "\n\n") + part
    return text

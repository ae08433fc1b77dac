"""What people who browse MLflow see first, brought up to date after each run; what cannot be shown fails no run."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import timedelta

from prefect.runtime import flow_run

from flows.evaluating.assignment import Assignment
from flows.evaluating.settling import Settled
from flows.records.incidents import Incidents
from flows.records.kinds import ActionKind
from flows.records.moves import ROUTED
from flows.running.clock import now
from tasks.domain.errors import RegistryError, TrackingError
from tasks.domain.report import WindowReport
from tasks.registry import Registry
from tasks.store import Action, ActionState, Store
from tasks.tracking import Showcase, standing_of

_SHOWN = timedelta(days=28)
"""As long as a baseline reaches back."""
_logger = logging.getLogger(__name__)


def flow_run_url() -> str | None:
    """Return where this run can be looked at; None where Prefect runs embedded and has no page of its own."""
    return str(flow_run.ui_url) if os.environ.get("PREFECT_API_URL") and flow_run.ui_url else None


def show(assignment: Assignment, store: Store, registry: Registry, settled: Sequence[Settled]) -> None:
    """Bring the fleet, the service's description and its releases' pages up to date."""
    service, since = assignment.service, now() - _SHOWN
    rows = store.windows.between(service, assignment.config_hash, since, now())
    windows = [WindowReport.model_validate_json(row.report) for row in rows if row.report]
    if not windows:
        return
    try:
        releases = registry.releases(service)
        standing = standing_of(
            service,
            windows,
            next((release.name for release in releases if release.live), None),
            done=[words for action in reversed(store.actions.of(service)) if (words := in_words(action))],
            owner=assignment.alerts.owner or "",
            mode=assignment.policy.mode,
            alarms=Incidents(service, store).record(),
            flow_run_url=flow_run_url() or "",
        )
        changed = frozenset(one.evaluation.release for one in settled)
        runs = Showcase.connect().show(standing, releases, changed)
        for release in releases:
            if release.name in runs:
                registry.show_run(release, runs[release.name])
    except (TrackingError, RegistryError) as error:
        _logger.warning("MLflow's front pages of %r are not up to date: %s", service, error)


def in_words(action: Action) -> str:
    """Return an action that changed what serves, in words; empty for any other."""
    if action.kind not in ROUTED or action.state is not ActionState.DONE or action.updated_at is None:
        return ""
    moved = " → ".join(filter(None, (action.from_release, action.to_release)))
    words = f"{action.updated_at:%Y-%m-%d %H:%M}Z {ROUTED[action.kind]}: {moved} by {action.by or 'somebody'}"
    why = "" if action.kind == ActionKind.RELEASE else f" ({action.reason})"
    recovery = f". {action.detail['recovery']}" if action.detail.get("recovery") else ""
    return f"{words}{why}{recovery}"

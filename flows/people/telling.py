"""Telling people: what changed is written down, and what waits is sent; a message that cannot leave fails nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from prefect.blocks.core import Block

from flows.records.kinds import ActionKind
from flows.records.orders import in_force
from flows.running.credentials import secret
from tasks.alerts import CallableChannel, Channel, Kind, Message, State, changes, channel_of, deliver, enqueue
from tasks.domain.errors import AlertError
from tasks.domain.evaluation import Evaluation
from tasks.domain.report import WindowReport
from tasks.domain.settings.policy import Alerts
from tasks.domain.verdict import Verdict
from tasks.store import Store


class Teller:
    """Tells the people of one service.

    Args:
        service: Which.
        alerts: Whom to tell.
        store: Where messages wait.
    """

    def __init__(self, service: str, alerts: Alerts, store: Store) -> None:
        self._service = service
        self._alerts = alerts
        self._store = store

    def say(
        self, kind: Kind, key: str, lines: Sequence[str], release: str | None = None, link: str | None = None
    ) -> None:
        """Write a message down, unless silence was ordered; the same key is the same message."""
        if in_force(self._store, self._service, ActionKind.SILENCE):
            return
        message = Message(
            kind=kind,
            service=self._service,
            release=release,
            lines=tuple(lines),
            owner=self._alerts.owner,
            runbook=self._alerts.runbook,
            link=link,
        )
        enqueue(self._store, message, f"{kind.value}/{key}", [*self._alerts.urls, *self._alerts.blocks])

    def say_changes(
        self, evaluations: Sequence[Evaluation], links: Mapping[tuple[str, datetime], str | None], since: datetime
    ) -> None:
        """Write down what changed from window to window of each release; what is older than `since` is history."""
        states: dict[str, State] = {}
        for evaluation in sorted(evaluations, key=lambda one: one.window.start):
            release = evaluation.release
            before = states.get(release) or self._state_before(evaluation)
            steady = not any(f.monitor == "judge" and f.verdict is Verdict.INCONCLUSIVE for f in evaluation.findings)
            states[release] = before.after(evaluation.verdict, judge_steady=steady)
            if evaluation.window.end < since:
                continue
            for kind in changes(before, states[release]):
                key = f"{release}/{evaluation.window.start.isoformat()}/{evaluation.config_hash[:12]}"
                self.say(kind, key, evaluation.text.split("\n"), release, links.get((release, evaluation.window.start)))

    def _state_before(self, evaluation: Evaluation) -> State:
        rows = self._store.windows.of_release(self._service, evaluation.release, evaluation.config_hash)
        earlier = [row for row in rows if row.window_start < evaluation.window.start and row.report]
        # Reports are long: those back to the newest that was decided say it all.
        verdict, steady = Verdict.PASS, []
        for row in reversed(earlier):
            report = WindowReport.model_validate_json(row.report or "")
            verdict = Verdict(report.verdict)
            steady.append(not any(f.monitor == "judge" and f.verdict == "inconclusive" for f in report.findings))
            if verdict is not Verdict.INCONCLUSIVE:
                break
        return State().after(verdict, judge_steady=all(steady[:1]))

    def send(self) -> list[str]:
        """Send what waits; returns in words what could not be sent, naming channels by their secrets' names."""
        channels: list[Channel] = []
        failed = []
        for name in (*self._alerts.urls, *self._alerts.blocks):
            try:
                channels.append(_channel(name, block=name in self._alerts.blocks))
            except AlertError as error:
                failed.append(f"alert not sent: {error}")
        delivered = deliver(self._store, self._service, channels)
        return failed + [f"alert not sent: {words}" for words in delivered.failed.values()]


def _channel(name: str, *, block: bool) -> Channel:
    if not block:
        url = secret(name)
        if not url:
            raise AlertError(f"{name}: no environment variable and no Prefect Secret block of that name")
        return channel_of(name, url)
    try:
        loaded = Block.load(name, _sync=True)  # type: ignore[call-arg]  # Prefect's wrapper takes it
    except ValueError as error:
        raise AlertError(f"{name}: Prefect has no such block ({type(error).__name__})") from None
    return CallableChannel(name, loaded.notify)  # type: ignore[union-attr]  # Prefect types a sync call as maybe awaitable

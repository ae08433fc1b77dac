"""What is known of a service's traffic: what is live, what may be done about it, where a rollback would go.

Whoever only looks holds nothing that could switch: no target, no credential.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flows.people.telling import Teller
from flows.records.decision import Decision
from flows.records.incidents import Incidents
from flows.records.kinds import ActionKind
from flows.records.moves import MOVES, candidate_of, in_the_middle, moves_of
from flows.records.orders import in_force
from flows.running.clock import now
from tasks.alerts import Kind
from tasks.decisions.last_good import Served, last_good
from tasks.domain.release import Release
from tasks.domain.settings.policy import Policy
from tasks.domain.verdict import Verdict
from tasks.domain.window import parse_delay
from tasks.registry import Registry
from tasks.routing import Condition, Situation, unanswered
from tasks.store import Action, ActionState, Store, WindowRow


class Lookout:
    """Looks at one service.

    Args:
        service: Which.
        store: Where actions are kept.
        registry: Where releases are kept.
        allow_private: Whether a release may answer at a loopback or private address.
    """

    def __init__(self, service: str, store: Store, registry: Registry, *, allow_private: bool) -> None:
        self.service = service
        self.store = store
        self.registry = registry
        self._allow_private = allow_private

    def situation(self, decision_id: str | None, decision: Decision | None, wanted: str | None) -> Situation:
        """Return what is known now, for the conditions to be checked against."""
        releases = self.registry.releases(self.service)
        live = next((release for release in releases if release.live), None)
        policy = decision.mandate.policy if decision else Policy()
        to, why_not = self._to(releases, live, decision, wanted, policy)
        actions = [action for action in self.store.actions.of(self.service) if action.kind == ActionKind.ROLLBACK]
        rejected = next((a for a in reversed(actions) if decision and _rejection_of(a, decision.release)), None)
        hold = in_force(self.store, self.service, ActionKind.HOLD)
        return Situation(
            now=now(),
            decision_id=decision_id,
            failing=decision.failing(self.store) if decision else None,
            live=live,
            to=to,
            why_not=why_not,
            wanted=wanted,
            rollbacks=tuple(
                action.updated_at for action in actions if action.state is ActionState.DONE and action.updated_at
            ),
            hold_until=datetime.fromisoformat(hold.detail["until"]) if hold else None,
            hold_by=hold.by if hold else "",
            rejected_at=rejected.updated_at if rejected else None,
            candidate=candidate_of(self.store, self.service),
            rejected_by=rejected.detail["rejected_by"] if rejected else "",
        )

    def _to(
        self,
        releases: list[Release],
        live: Release | None,
        decision: Decision | None,
        wanted: str | None,
        policy: Policy,
    ) -> tuple[Release | None, dict[str, str]]:
        if wanted is not None:
            found = next((release for release in releases if release.name == wanted), None)
            return found, {} if found else {wanted: "not registered"}
        if decision is not None and decision.release == candidate_of(self.store, self.service):
            return live, {}  # what the candidate shares with
        left = decision.release if decision else (live.name if live else None)
        served = {
            release.name: record
            for release in releases
            if (record := self._served(release.name, decision.config_hash if decision else None))
        }
        max_age, unfit = parse_delay(policy.max_age), self._unfit(releases, left)
        while True:
            to, why = last_good(releases, served, instead_of=left, now=now(), max_age=max_age, unfit=unfit)
            silent = unanswered(to, allow_private=self._allow_private) if to else ""
            if to is None or not silent:
                return to, why
            unfit[to.name] = silent

    def _unfit(self, releases: Sequence[Release], left: str | None) -> dict[str, str]:
        """Releases whose prompt asks for other variables: the application would not fill them in."""
        prompts = {release.name: release.configuration.prompt for release in releases if release.configuration}
        now_asked = prompts.get(left or "")
        if now_asked is None:
            return {}
        wanted = self.registry.prompts.variables(now_asked)
        asked = {name: self.registry.prompts.variables(uri) for name, uri in prompts.items() if uri is not None}
        return {
            name: f"its prompt asks for {', '.join(sorted(variables)) or 'nothing'}, not {', '.join(sorted(wanted))}"
            for name, variables in asked.items()
            if variables != wanted
        }

    def _served(self, release: str, config_hash: str | None) -> Served | None:
        """What it did by the settings of a decision; else, or where it did not serve under those, by the newest."""
        windows = self.store.windows
        under = windows.of_release(self.service, release, config_hash) if config_hash else []
        rows = [row for row in under if row.verdict] or _newest(windows.of_release(self.service, release))
        if not rows:
            return None
        return Served(
            windows=len(rows),
            undecided=sum(row.scored == 0 for row in rows),
            judged=sum(row.scored for row in rows),
            failed=any(row.verdict == Verdict.FAIL for row in rows),
            newest=max(row.window_end for row in rows),
        )

    def history(self) -> list[tuple[datetime, str]]:
        """Return what became live when, oldest first."""
        return moves_of(self.store, self.service)

    def say_refused(self, teller: Teller, release: str | None, unmet: Sequence[Condition]) -> None:
        """Tell people why nothing was switched: once for the same conditions, until something else is live."""
        names = "+".join(sorted(condition.name for condition in unmet))
        lines = [f"{condition.name}: {condition.words}" for condition in unmet]
        teller.say(Kind.ROLLBACK_REFUSED, f"{release}/{names}/{len(self.history())}", lines, release)

    def is_newest_move(self, action: Action) -> bool:
        """Whether nothing else became live since an action."""
        moves = [
            one for one in self.store.actions.of(self.service) if one.kind in MOVES and one.state is ActionState.DONE
        ]
        return bool(moves) and moves[-1].id == action.id

    def notice_moves(self) -> Action | None:
        """Record it when others moved the alias; None when nobody did."""
        known = self.history()
        live = self.registry.live(self.service)
        last = known[-1][1] if known else None
        if live is None or live.name == last or in_the_middle(self.store, self.service):
            return None
        if self.history() != known:  # one of ours, begun and ended between the two looks
            return None
        action = Action(
            id=f"moved-{self.service}-{len(known)}-{live.version}",
            service=self.service,
            kind=ActionKind.MOVED_OUTSIDE,
            reason="the alias was moved by others",
            by="outside",
            state=ActionState.DONE,
            from_release=last,
            to_release=live.name,
            created_at=now(),
        )
        if not self.store.actions.record(action):
            return None
        Incidents(self.service, self.store).switched(action)
        return action


def _newest(rows: Sequence[WindowRow]) -> list[WindowRow]:
    """Return each window once, as the newest settings found it; what was not decided anew stands as it was found."""
    decided = [row for row in rows if row.verdict and row.evaluated_at]
    newest: dict[tuple[datetime, datetime], WindowRow] = {}
    for row in sorted(decided, key=lambda row: row.evaluated_at or row.window_end):
        newest[row.window_start, row.window_end] = row
    return list(newest.values())


def _rejection_of(action: Action, release: str) -> bool:
    """Whether a person said no to rolling back this release."""
    return action.from_release == release and bool(action.detail.get("rejected_by"))

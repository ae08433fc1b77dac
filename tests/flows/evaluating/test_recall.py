"""What the store remembers is enough to decide again: the same numbers, whenever a window is filled in."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from flows.evaluating.deciding import FIRST, ReleaseOnTrial
from flows.evaluating.recall import Recall
from tasks.domain.evaluation import TimelinePoint
from tasks.domain.summary import JudgedScores, WindowSummary
from tasks.domain.verdict import Verdict
from tasks.domain.window import Window
from tasks.store import Action, ActionState, Store
from tests.bench.redeciding_speed import SERVICES, decide_anew, recall, remember
from tests.made import HOUR, START, window

pytestmark = pytest.mark.slow  # weeks of windows decided again and again

BEFORE, AFTER = 5 * 24, 30


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store."""
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as opened:
        yield opened


def served(bad: float = 0.15) -> list[WindowSummary]:
    """Release 1 for five days, then release 2, which is worse."""
    rng = np.random.default_rng(81)
    before = [window(rng, at, release="1") for at in range(BEFORE)]
    return before + [window(rng, BEFORE + at, release="2", bad=bad) for at in range(AFTER)]


def live(known: Recall, store: Store, summaries: Sequence[WindowSummary], *, at_once: int) -> None:
    """Settle windows as runs do: a batch a run, each summarized, decided, remembered and closed."""
    for first in range(0, len(summaries), at_once):
        batch = summaries[first : first + at_once]
        for summary in batch:
            store.releases.seen("helpdesk", summary.release, summary.window_start, summary.window_end)
            store.summaries.put(summary, "asked")
        trials: dict[str, ReleaseOnTrial] = {}
        newest = {summary.release: summary for summary in batch}
        for summary in batch:
            span = Window(summary.window_start, summary.window_end)
            on_trial = trials.get(summary.release) or known.trial_of(summary.release, span)
            trials[summary.release] = on_trial = known.completed(on_trial, span)
            evaluation = on_trial.take(summary, known.surroundings(summary, on_trial), statistics=False)
            known.remember(on_trial, evaluation, whole=summary is newest[summary.release])
            key = ("helpdesk", summary.release, summary.window_start, summary.window_end, "configured")
            store.windows.begin(*key)
            store.windows.finish(
                *key,
                verdict=evaluation.verdict.value,
                mlflow_run_id=None,
                state="done",
                healthy=evaluation.healthy,
                rows=summary.rows,
                scored=summary.scored,
                report="{}",
            )


def timeline(store: Store, release: str = "2", config_hash: str = "configured") -> list[TimelinePoint]:
    """The release's windows as decided from the store, the newest state included."""
    end = START + (BEFORE + AFTER) * HOUR
    return recall(store, "helpdesk", config_hash).trial_of(release, Window(end, end + HOUR)).timeline


def test_an_open_window_that_is_filled_in_gives_the_numbers_as_if_it_had_never_been_open(tmp_path: Path) -> None:
    """Evidence skips a window without scores; filled in, everything after it is decided anew."""
    whole = served()
    at = BEFORE + 6
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}") as never, Store.open(f"sqlite:///{tmp_path / 'b.db'}") as filled:
        live(recall(never, "helpdesk"), never, whole, at_once=50)
        unscored = [w if n != at else _without_scores(w) for n, w in enumerate(whole)]
        live(recall(filled, "helpdesk"), filled, unscored, at_once=50)
        meanwhile = timeline(filled)
        assert meanwhile[6].verdict is Verdict.INCONCLUSIVE
        assert meanwhile[-1].rollback != timeline(never)[-1].rollback
        filled.summaries.put(whole[at], "asked")
        span = Window(whole[at].window_start, whole[at].window_end)
        known = recall(filled, "helpdesk")
        on_trial = known.trial_of("2", span)
        assert len(on_trial.timeline) == 6  # the past only: later windows are decided again after this one
        known.remember(on_trial, on_trial.take(whole[at], known.surroundings(whole[at], on_trial), statistics=False))
        assert timeline(filled) == timeline(never)


def _without_scores(summary: WindowSummary) -> WindowSummary:
    fields = {name: getattr(summary, name) for name in summary.__struct_fields__}
    return WindowSummary(**fields | {"judged": JudgedScores()})


def test_another_batch_size_or_configuration_name_changes_no_number(store: Store, tmp_path: Path) -> None:
    """Decided in small runs, in large ones, or all anew: evidence and verdicts are equal."""
    whole = served()
    live(recall(store, "helpdesk"), store, whole, at_once=12)
    in_pieces = timeline(store)
    assert any(point.verdict is Verdict.FAIL for point in in_pieces)
    with Store.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        live(recall(other, "helpdesk"), other, whole, at_once=75)
        assert timeline(other) == in_pieces
    assert timeline(store, config_hash="renamed") == in_pieces


def test_a_drop_that_two_releases_share_fails_neither_also_when_decided_anew(store: Store) -> None:
    """The other release's levels are read from its summaries, whoever was decided first."""
    rng = np.random.default_rng(83)
    whole = [window(rng, at, release="1") for at in range(BEFORE)]
    for at in range(AFTER):
        bad = 0.2 if at >= 10 else 0.0
        whole += [window(rng, BEFORE + at, release=release, bad=bad) for release in ("1", "2")]
    live(recall(store, "helpdesk"), store, whole, at_once=10)
    seen = timeline(store)
    assert max(point.rollback for point in seen) > 20
    assert not any(point.verdict is Verdict.FAIL for point in seen)
    assert [point.verdict for point in timeline(store, config_hash="renamed")] == [point.verdict for point in seen]


def test_a_release_comes_back_only_where_another_went_live_in_between(store: Store) -> None:
    """One that had a share of the traffic and then all of it keeps its evidence and its baseline."""
    whole = served()
    live(recall(store, "helpdesk"), store, whole, at_once=50)
    end = START + (BEFORE + AFTER) * HOUR

    def moved(to: str, hour: int) -> None:
        at = START + hour * HOUR
        action = Action(
            id=f"{to}-{hour}", service="helpdesk", kind="release", reason="", by="", state=ActionState.STARTED,
            to_release=to, created_at=at,
        )  # fmt: skip
        store.actions.record(action)
        store.actions.update_state(action.id, ActionState.STARTED, ActionState.DONE, detail={}, at=at)

    moved("1", 0)
    moved("2", BEFORE + 10)  # after ten hours with a share
    assert recall(store, "helpdesk").serves_since("2", Window(end, end + HOUR)) == FIRST
    moved("1", BEFORE + 20)
    moved("2", BEFORE + 25)
    assert recall(store, "helpdesk").serves_since("2", Window(end, end + HOUR)) == START + (BEFORE + 25) * HOUR
    assert recall(store, "helpdesk").serves_since("1", Window(end, end + HOUR)) == START + (BEFORE + 20) * HOUR


def test_twelve_days_of_a_service_are_decided_anew_with_every_window(store: Store) -> None:
    """As many windows as were kept, canary included; the benchmark takes the time of 21 days."""
    kept = len(remember(store, SERVICES[0], 12, 15))
    assert decide_anew(store, SERVICES[0], 12) == kept

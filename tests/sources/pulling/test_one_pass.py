"""`pull`: windows in one pass."""

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.domain.prices import Price
from tasks.domain.settings.judging import Sampling
from tasks.domain.window import Window
from tasks.sources import Pulled, pull
from tasks.sources.pulling.sample import KeyedHash, Sample
from tests.sources.rows_made import START, row, write

HOUR = timedelta(hours=1)


def windows(first: int, number: int) -> list[Window]:
    """Return hours from `first` on."""
    return [Window(START + at * HOUR, START + (at + 1) * HOUR) for at in range(first, first + number)]


def pulled(path: Path, first: int = 0, number: int = 1, **changes: Any) -> Pulled:
    """Pull hours of the service `bot`."""
    logs = {"path": str(path)} | changes.pop("logs", {})
    settings: dict[str, Any] = {
        "sampling": Sampling(per_window=5),
        "release_at": lambda *_: None,
        "prices": None,
    } | changes
    return pull(logs, "bot", windows(first, number), **settings)


def test_rows_of_other_services_are_ignored_even_when_they_are_bad(tmp_path: Path) -> None:
    """Rows that name no service are the one asked for."""
    rows = [row(0), row(1, service="other"), row(2, service=...), row(3, service="other", prompt=None)]
    result = pulled(write(tmp_path / "a.jsonl", rows))
    assert (result.intake.rows, result.intake.accepted) == (2, 2)
    assert not result.intake.quarantined
    assert result.others == {"other": 1}


def test_only_so_many_other_services_are_counted(tmp_path: Path) -> None:
    """Whoever writes the logs may name any number of them."""
    rows = [row(at % 50, interaction_id=f"i{at}", service=f"s{at % 300}") for at in range(600)]
    result = pulled(write(tmp_path / "a.jsonl", rows))
    assert len(result.others) == 100
    assert set(result.others.values()) == {2}


def test_rows_put_aside_count_in_their_window_and_for_the_release_they_name(tmp_path: Path) -> None:
    """One that names none may have been any release's."""
    rows = [
        row(0),
        row(1, release="2"),
        "cut",
        row(2, latency_ms=-1, release="2"),
        row(61),
        row(62, prompt=None),
        row(63, release="2"),
    ]
    result = pulled(write(tmp_path / "a.jsonl", rows), number=2)
    assert {(one.release, one.window.hour): dict(one.measured.quarantined) for one in result.intakes} == {
        ("1", 0): {"not JSON": 1},
        ("2", 0): {"not JSON": 1, "bad number: latency_ms": 1},
        ("1", 1): {"missing prompt": 1},
        ("2", 1): {},
    }
    assert result.intake.model_dump() == {
        "rows": 7,
        "accepted": 4,
        "duplicates": 0,
        "late": 0,
        "quarantined": {"not JSON": 1, "bad number: latency_ms": 1, "missing prompt": 1},
    }
    assert [aside.line for aside in result.quarantined_rows] == [3, 4, 6]


def test_a_row_without_release_gets_the_one_live_then_or_is_put_aside(tmp_path: Path) -> None:
    """Never guessed."""
    rows = [row(0, release=...), row(30, release=...), row(31, release=...), row(31, release=...)]

    def live(moment: datetime, _: str | None) -> str | None:
        return "1" if moment < START + timedelta(minutes=20) else None

    result = pulled(write(tmp_path / "a.jsonl", rows), release_at=live)
    assert [(one.release, one.measured.rows) for one in result.intakes] == [("1", 1)]
    assert result.unassigned == 2
    assert result.intake.quarantined == {"no release": 2}
    assert result.intake.duplicates == 1
    assert result.intake.rows == 4


def test_earlier_windows_are_looked_back_on_for_repeats_and_counted_again(tmp_path: Path) -> None:
    """More rows than when they were evaluated means that rows came late."""
    rows = [row(1), row(61), row(62), row(121), row(181), row(182, interaction_id="i61"), row(183, interaction_id="i1")]
    result = pulled(write(tmp_path / "a.jsonl", rows), first=3)
    assert {window.hour: count for (_, window), count in result.counts.items()} == {1: 2, 2: 1, 3: 2}
    (one,) = result.intakes
    assert (one.measured.rows, one.measured.duplicates) == (2, 1)
    assert result.intake.rows == 3


def test_windows_that_overlap_or_differ_in_length_are_refused(tmp_path: Path) -> None:
    """Their rows would count twice."""
    path = write(tmp_path / "a.jsonl", [row(0)])
    first = Window(START, START + HOUR)
    for other in (first, Window(START + HOUR, START + 3 * HOUR)):
        with pytest.raises(SettingsError, match="one length and not overlap"):
            pull(
                {"path": str(path)}, "bot", [first, other], sampling=Sampling(), release_at=lambda *_: None, prices=None
            )


def test_no_window_asked_for_is_nothing_taken_in(tmp_path: Path) -> None:
    """The logs are not even opened."""
    result = pull({"path": "nowhere"}, "bot", [], sampling=Sampling(), release_at=lambda *_: None, prices=None)
    assert result.intake.rows == 0


def test_the_sample_is_the_same_in_any_order_of_rows_and_another_with_another_seed(tmp_path: Path) -> None:
    """By keyed hash of the id, lowest first."""
    rows = [row(at % 60, interaction_id=f"id-{at}") for at in range(400)]
    in_order = pulled(write(tmp_path / "a.jsonl", rows)).intakes[0].sample
    random.Random(1).shuffle(rows)
    shuffled = pulled(write(tmp_path / "b.jsonl", rows)).intakes[0].sample
    other = pulled(tmp_path / "b.jsonl", sampling=Sampling(per_window=5, seed=1)).intakes[0].sample
    assert in_order == shuffled
    assert len(in_order) == 5
    assert {one.interaction_id for one in other} != {one.interaction_id for one in in_order}
    assert [one.timestamp for one in in_order] == sorted(one.timestamp for one in in_order)


def test_a_sample_bears_an_id_that_is_offered_again() -> None:
    """In vast logs out of order a repeat may come after its window was forgotten."""
    moments = (START, START + timedelta(minutes=1))
    rows = [Interaction(interaction_id="same", timestamp=moment) for moment in moments]
    sample = Sample(Sampling(per_window=3), KeyedHash(0))
    sample.offer(rows)
    assert [one.timestamp for one in sample.interactions()] == list(moments)


def test_the_sample_is_known_for_good() -> None:
    """A pinned hash: another version or machine must not pick another sample."""
    assert f"{KeyedHash(0)('dev-000000'):016x}" == "277730595fdf8b85"


def test_every_interaction_is_as_likely_in_the_sample() -> None:
    """Over seeds, 40 ids are each the lowest about equally often."""
    ids = [f"id-{at}" for at in range(40)]
    lowest = Counter(min(ids, key=KeyedHash(seed)) for seed in range(4000))
    assert len(lowest) == 40
    # 100 expected of each; 5 standard deviations.
    assert max(abs(count - 100) for count in lowest.values()) < 50


def test_the_summary_counts_to_three_digits_and_percentiles_come_from_the_rows(tmp_path: Path) -> None:
    """Counts are exact, values within half a percent."""
    latencies = np.random.default_rng(1).lognormal(6, 1, 2000).round(2)
    rows = [
        row(at % 60, interaction_id=f"id-{at}", latency_ms=float(ms), context="c" * (at % 3) or None)
        for at, ms in enumerate(latencies)
    ]
    measured = pulled(write(tmp_path / "a.jsonl", rows)).intakes[0].measured
    assert set(measured.columns) == {
        "latency_ms",
        "input_tokens",
        "output_tokens",
        "prompt_chars",
        "context_chars",
        "response_chars",
        "cost_usd",
    }
    column = measured.columns["latency_ms"]
    assert column.total == 2000
    assert all(float(f"{value:.3g}") == value for value in column.values)
    counted = np.repeat(column.values, column.counts)
    assert np.abs(counted / np.sort(latencies) - 1).max() <= 0.005
    assert measured.columns["context_chars"].values == [1.0, 2.0]
    for quantile in (0.5, 0.95, 0.99):
        assert measured.percentiles[f"latency_ms/{quantile}"] == pytest.approx(np.quantile(latencies, quantile))


def test_a_column_the_logs_do_not_carry_is_absent_not_zero(tmp_path: Path) -> None:
    """Errors, feedback, cost, latency, context."""
    rows = [row(at, latency_ms=..., model=..., input_tokens=...) for at in range(3)]
    measured = pulled(write(tmp_path / "a.jsonl", rows)).intakes[0].measured
    assert measured.errors is None
    assert measured.cost_usd is None
    assert measured.cost_unknown == 3
    assert measured.feedback_answered == 0
    assert not measured.percentiles
    assert set(measured.columns) == {"output_tokens", "prompt_chars", "response_chars"}


def test_errors_are_zero_where_the_logs_carry_the_column_and_none_failed(tmp_path: Path) -> None:
    """And counted where some did."""
    assert pulled(write(tmp_path / "a.jsonl", [row(0, error=None)])).intakes[0].measured.errors == 0
    rows = [row(0), row(1, error="gone", response=None)]
    assert pulled(write(tmp_path / "b.jsonl", rows)).intakes[0].measured.errors == 1


def test_cost_is_the_rows_own_else_the_users_else_the_tables_else_unknown(tmp_path: Path) -> None:
    """Unknown is unknown, and the model is named."""
    rows = [
        row(0, cost_usd=0.5),
        row(1, model="ours", input_tokens=1000, output_tokens=1000),
        row(2, model="gpt-4o-mini", input_tokens=1_000_000, output_tokens=0),
        row(3, model="nobody's"),
        row(4, model="ours", input_tokens=...),
        row(5, model=...),
    ]
    prices = {"ours": Price(input_per_1k_usd=0.1, output_per_1k_usd=0.2)}
    measured = pulled(write(tmp_path / "a.jsonl", rows), prices=prices).intakes[0].measured
    assert measured.cost_usd == pytest.approx(0.5 + 0.3 + 0.15)
    assert measured.cost_unknown == 3
    assert measured.unknown_models == {"nobody's": 1}


def test_feedback_is_counted_where_it_was_given(tmp_path: Path) -> None:
    """Neutral is an answer, not an up."""
    rows = [row(at, feedback=given) for at, given in enumerate(["up", "down", 0, None])]
    measured = pulled(write(tmp_path / "a.jsonl", rows)).intakes[0].measured
    assert (measured.feedback_up, measured.feedback_answered) == (1, 3)


def test_releases_come_in_the_order_they_were_first_seen(tmp_path: Path) -> None:
    """By time, not by the order of rows or names."""
    rows = [row(61, release="a"), row(62, release="b"), row(1, release="b"), row(2, release="a", interaction_id="z")]
    result = pulled(write(tmp_path / "a.jsonl", rows), number=2)
    assert [(one.window.hour, one.release) for one in result.intakes] == [(0, "b"), (0, "a"), (1, "b"), (1, "a")]


def test_a_window_counts_the_same_whenever_it_is_counted(tmp_path: Path) -> None:
    """Else looking back on it would find rows that came late where none did."""
    chance = random.Random(3)
    rows = [
        row(minute, interaction_id=f"id-{chance.randrange(40)}", timestamp=(START + minute * HOUR / 60).isoformat())
        for minute in range(600)
    ]
    path = write(tmp_path / "a.jsonl", rows)
    at_once = pulled(path, number=10).counts
    for hour in range(10):
        for key, count in pulled(path, first=hour).counts.items():
            assert at_once[key] == count


@pytest.mark.parametrize("number", [1, 2])
def test_more_rows_than_are_folded_at_once_count_the_same(tmp_path: Path, number: int) -> None:
    """Nothing is lost or doubled where buffers are emptied."""
    rows = [row(at % 60, interaction_id=f"id-{at}", latency_ms=float(at % 7)) for at in range(1500 * number)]
    measured = pulled(write(tmp_path / "a.jsonl", rows)).intakes[0].measured
    assert measured.columns["latency_ms"].total == measured.rows == 1500 * number
    assert measured.columns["latency_ms"].values == [float(at) for at in range(7)]

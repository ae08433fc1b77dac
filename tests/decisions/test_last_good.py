"""A rollback goes to the release that proved itself last, or nowhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.decisions.last_good import Served, last_good
from tasks.domain.release import Configuration, Mark, Origin, Release

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
GOOD = Served(windows=40, undecided=3, judged=4000, failed=False, newest=NOW - timedelta(days=1))


def release(name: str, **changes: object) -> Release:
    """A registered release."""
    made = Release(
        service="s",
        name=name,
        version=name,
        origin=Origin.REGISTERED,
        registered_at=NOW,
        configuration=Configuration(model="m"),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def choose(releases: list[Release], served: dict[str, Served]) -> tuple[str | None, dict[str, str]]:
    """What is chosen instead of release 9."""
    found, why = last_good(releases, served, instead_of="9", now=NOW, max_age=timedelta(days=90))
    return (found.name if found else None), why


@pytest.mark.parametrize(
    ("known", "record", "why"),
    [
        (release("1", mark=Mark.QUARANTINED, why="leaked"), GOOD, "quarantined"),
        (release("1", origin=Origin.OBSERVED), GOOD, "never registered"),
        (release("1"), None, "never evaluated"),
        (release("1"), replace(GOOD, failed=True), "failed itself"),
        (release("1"), replace(GOOD, judged=999), "999 judged in 40 windows"),
        (release("1"), replace(GOOD, judged=100, windows=11, undecided=0), "100 judged in 11 windows"),
        (release("1"), replace(GOOD, newest=NOW - timedelta(days=91)), "91 days ago"),
    ],
)
def test_what_did_not_prove_itself_is_named_with_its_reason(known: Release, record: Served | None, why: str) -> None:
    """No release to go back to is better than a bad one."""
    found, reasons = choose([known, release("9")], {"1": record} if record else {})
    assert found is None
    assert why in reasons["1"]
    assert "9" not in reasons


def test_the_one_that_served_last_is_taken() -> None:
    """Not the newest registered, nor the first."""
    served = {name: replace(GOOD, newest=NOW - timedelta(days=days)) for name, days in (("1", 9), ("2", 2), ("3", 5))}
    assert choose([release("3"), release("1"), release("2"), release("9")], served)[0] == "2"


def test_a_small_service_proves_itself_by_all_its_windows() -> None:
    """Twelve windows, each with something judged."""
    assert choose([release("1")], {"1": replace(GOOD, judged=60, windows=12, undecided=0)})[0] == "1"


def test_what_cannot_serve_now_is_passed_over_with_its_reason() -> None:
    """A good release whose prompt asks for other variables, or whose endpoint is silent."""
    found, why = last_good(
        [release("1"), release("2")],
        {"1": GOOD, "2": replace(GOOD, newest=NOW)},
        instead_of="9",
        now=NOW,
        max_age=timedelta(days=90),
        unfit={"2": "its endpoint does not answer"},
    )
    assert found is not None
    assert (found.name, why) == ("1", {"2": "its endpoint does not answer"})

"""Each service has a folder of its own, and one trial at a time works in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.replaying.alone import alone, trial_home
from tasks.domain.errors import LeaseHeldError
from tasks.domain.places import TRIAL_HOME


def test_no_two_services_share_a_folder_and_none_leaves_the_trials() -> None:
    """Names of logs may be anything."""
    names = ["shop", "Shop", "shop!", "../shop", "чат", "бот", "x" * 400, "x" * 401, "service"]
    homes = [trial_home(name) for name in names]
    assert len(set(homes)) == len(names)
    assert all(home.parent == Path(TRIAL_HOME) and len(home.name) < 100 for home in homes)


def test_a_second_trial_of_the_same_service_is_refused_and_another_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the first is over, however it ends."""
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(LeaseHeldError, match="another make try of 'shop' is at work; wait for it, or stop it"),
        alone("shop"),
        alone("bot"),
        alone("shop"),
    ):
        pass
    with alone("shop"):
        pass

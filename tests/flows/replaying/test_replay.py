"""A replay keeps away from what is in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.backtesting import backtest
from tasks.domain.errors import SettingsError


def test_a_replay_never_starts_the_store_in_use_over(place: Path, service: str) -> None:
    """Named by whatever way to it."""
    with pytest.raises(SettingsError, match="is where the store in use lies"):
        backtest(service=service, logs={"path": "logs.jsonl"}, place=f"{place}/../{place.name}")

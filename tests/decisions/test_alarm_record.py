"""Promised against true alarms: counted as people marked them, nothing guessed."""

from __future__ import annotations

from datetime import timedelta

from tasks.decisions.alarm_record import Alarm, alarm_record


def test_marked_and_unmarked_alarms_are_counted_apart() -> None:
    """Failures before warnings; the promise grows with the time watched."""
    alarms = [Alarm(failed=True, right=True), Alarm(failed=True, right=False), Alarm(failed=False)]
    assert alarm_record(alarms, timedelta(days=365), 4, 0.1) == (
        "365 days watched: 2 failures (1 right, 1 wrong), 1 warning (1 unmarked); "
        "promised at most 0.1 false failures, 4 false warnings"
    )


def test_a_service_without_alarms_has_a_record_too() -> None:
    """Nothing was raised, and so much might have been."""
    told = alarm_record([], timedelta(days=36.5), 4, 0.1)
    assert told == ("36 days watched: 0 failures, 0 warnings; promised at most 0.01 false failures, 0.4 false warnings")

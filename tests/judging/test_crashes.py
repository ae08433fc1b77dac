"""SIGKILL at random moments, and again: what was answered is not paid twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.judging.crashing import AT_ONCE
from tests.judging.fake_judge import Behaviour, FakeJudge

pytestmark = pytest.mark.slow


def start(fake: FakeJudge, place: Path, mode: str, number: int) -> subprocess.Popen[str]:
    """Start a run."""
    arguments = [fake.url, f"sqlite:///{place}/store.db", mode, str(number)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.judging.crashing", *arguments], stdout=subprocess.PIPE, text=True
    )


def kill_when(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    """Kill a run once something is so, or fail when it never is."""
    ends = time.monotonic() + 30
    while not reached():
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < ends
        time.sleep(0.002)
    process.kill()
    process.communicate()


def finish(process: subprocess.Popen[str]) -> int:
    """Wait for a run's end; returns how many were scored."""
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return int(out)


def test_in_chat_mode_only_what_was_in_flight_is_paid_twice(fake: FakeJudge, tmp_path: Path) -> None:
    """Three kills at random moments, then a run to the end."""
    fake.behaviour = Behaviour(latency_s=0.02)
    chance, number = random.Random(8), 240
    for stretch in range(3):
        target = stretch * 70 + chance.randrange(20, 60)
        kill_when(start(fake, tmp_path, "chat", number), lambda target=target: len(fake.requests) >= target)
    assert finish(start(fake, tmp_path, "chat", number)) == number
    twice = len(fake.requests) - number
    assert 0 <= twice <= 3 * AT_ONCE
    assert max(fake.seen.values()) <= 4


def test_in_batch_mode_nothing_is_paid_twice(fake: FakeJudge, tmp_path: Path) -> None:
    """Killed after the upload, after the creation, and when the batch was over; one batch does it all."""
    fake.batches.takes_s = 4.0
    batches, files = fake.batches.batches, fake.batches.files
    kill_when(start(fake, tmp_path, "batch", 100), lambda: len(files) >= 1)
    kill_when(start(fake, tmp_path, "batch", 100), lambda: len(batches) >= 1)
    kill_when(
        start(fake, tmp_path, "batch", 100),
        lambda: any(batch["status"] == "completed" for batch in batches.values()),
    )
    assert finish(start(fake, tmp_path, "batch", 100)) == 100
    assert set(fake.batches.answered.values()) == {1}
    assert fake.requests == []

"""Which processes are known to be dead."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from tasks.store.process import known_dead, this_process


def test_a_process_that_ended_is_known_dead_even_unburied():
    """A zombie still has its number."""
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    gone = replace(this_process(), pid=child.pid, started="")
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert known_dead(gone)
    child.wait()
    assert known_dead(gone)


def test_this_process_is_not_dead():
    """Nor is it another one of its number."""
    assert not known_dead(this_process())
    assert known_dead(replace(this_process(), started="1"))


@pytest.mark.parametrize("place", ["", "elsewhere"])
def test_a_process_elsewhere_is_never_known_dead(place):
    """Its number means nothing here."""
    assert not known_dead(replace(this_process(), place=place, pid=2**22 + 1))


def test_a_process_of_another_user_lives():
    """Process 1 may refuse our signal; it is alive all the same."""
    assert not known_dead(replace(this_process(), pid=1, started=""))

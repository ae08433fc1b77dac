"""A restarted feature of a bank goes on as one that never saw a window; the others are untouched."""

import numpy as np

from tasks.stats.bank import DetectorBank


def test_restarting_a_feature_touches_no_other() -> None:
    """A monitor's warning restarts its own evidence only."""
    bank = DetectorBank.against_baselines([900, 500, 700], [1000, 1000, 1000], log_threshold=11.38)
    before = bank.update(bank.start(), [80, 40, 60], [100, 100, 100])
    after = bank.restarted(before, [1])
    assert after.log_evidence[1] == -np.inf
    assert after.windows.tolist() == [1, 0, 1]
    assert after.log_evidence[[0, 2]].tolist() == before.log_evidence[[0, 2]].tolist()
    anew, fresh = bank.update(after, [80, 40, 60], [100, 100, 100]), before
    assert anew.log_evidence[1] == fresh.log_evidence[1]
    assert anew.log_evidence[0] > fresh.log_evidence[0]

"""What single monitors say of a window."""

import re

import numpy as np
import pytest

from tasks.domain.settings.monitors import DRIFT_COLUMNS, Monitors
from tasks.domain.summary import JudgedScores, JudgeUsage, WindowSummary
from tasks.domain.verdict import Verdict
from tasks.monitors import catalog
from tasks.monitors.base import Moment
from tasks.monitors.drift_words import SPOKEN
from tasks.monitors.reference import Reference
from tests.made import counts, window

RNG = np.random.default_rng


def findings(summary: WindowSummary, reference: Reference | None = None, **around: object) -> dict[str, object]:
    """All findings of a window by monitor, and why others are missing."""
    fields: dict[str, object] = {
        "service_rows": summary.rows,
        "spent_today_usd": summary.cost_usd,
        "design_effects": {},
    } | around
    found, missing = catalog.find(Monitors(), Moment(summary=summary, reference=reference, **fields))  # type: ignore[arg-type]
    return {finding.monitor: finding for finding in found} | missing


def test_an_unreachable_judge_leaves_quality_inconclusive_and_says_so() -> None:
    """An outage of the judge is never a bad release."""
    summary = window(
        RNG(1), 0, rows=50, judged=JudgedScores(), judge=JudgeUsage(provider="openai", causes={"connection failed": 50})
    )
    found = findings(summary)
    assert found["judge"].verdict is Verdict.INCONCLUSIVE
    assert found["judge"].reason == "judge unavailable: coverage 0% of 50 (50 connection failed)"
    assert found["quality"].verdict is found["toxicity"].verdict is Verdict.INCONCLUSIVE
    assert found["quality"].value is None
    assert found["latency"].verdict is Verdict.PASS


def test_a_half_scored_sample_is_inconclusive_with_its_causes() -> None:
    """Below the coverage floor the scores that exist are shown but decide nothing."""
    whole = window(RNG(2), 0, rows=40)
    half = JudgedScores(
        quality=whole.judged.quality[:20], toxicity=[0.0] * 20, content=whole.judged.content[:20], segment=[-1] * 20
    )
    summary = window(RNG(2), 0, rows=40, judged=half, judge=JudgeUsage(causes={"rate-limited": 17, "refused": 3}))
    found = findings(summary)
    assert found["judge"].verdict is Verdict.INCONCLUSIVE
    assert "20 of 40 scored (50%, needs 90%): 17 rate-limited, 3 refused" in found["judge"].reason
    assert found["quality"].verdict is Verdict.INCONCLUSIVE


def test_an_unknown_price_is_unknown_and_never_zero() -> None:
    """Cost without a price is not measured, and the model without one is named."""
    summary = window(RNG(3), 0, cost_usd=None, cost_unknown=40, unknown_models={"desk-large": 40})
    found = findings(summary)
    assert found["cost"] == "no price is known for 'desk-large'"


def test_the_day_over_budget_is_a_breach_by_plain_arithmetic() -> None:
    """The daily budget needs no statistics."""
    found = findings(window(RNG(4), 0), spent_today_usd=101.0)
    assert found["cost"].verdict is Verdict.WARN
    assert found["cost"].absolute
    assert "101.00 of 100 USD" in found["cost"].reason


def test_logs_without_an_error_column_measure_no_errors() -> None:
    """An absent column is not an error rate of zero."""
    assert findings(window(RNG(5), 0, errors=None))["errors"] == "the logs carry no error column"


def test_too_many_unusable_rows_are_inconclusive() -> None:
    """A window whose rows could not be read says nothing of the release."""
    found = findings(window(RNG(6), 0, rows=40, quarantined={"missing response": 10}))
    assert found["intake"].verdict is Verdict.INCONCLUSIVE
    assert "10 of 50 rows could not be used (20%, allowed 5%): 10 missing response" in found["intake"].reason


def test_traffic_far_beyond_anything_seen_at_this_hour_warns() -> None:
    """Volume compares with the baseline's same hours, and bets on nothing."""
    reference = Reference([window(RNG(at), at, rows=40) for at in range(72)], "1", own=False)
    usual = findings(window(RNG(7), 80, rows=45), reference)
    burst = findings(window(RNG(7), 80, rows=400), reference)
    silence = findings(window(RNG(7), 80, rows=5), reference)
    assert usual["volume"].verdict is Verdict.PASS
    assert burst["volume"].verdict is silence["volume"].verdict is Verdict.WARN
    assert "far above the usual: 400 interactions, usual at this hour 40" in burst["volume"].reason


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_tiny_windows_are_normal(rows: int) -> None:
    """One to five scores give a value, and an interval only where one can be given."""
    quality = findings(window(RNG(8), 0, rows=rows))["quality"]
    assert 0 <= quality.value <= 1
    assert (quality.interval is None) == (rows < 2)
    if quality.interval:
        assert 0 <= quality.interval[0] <= quality.value <= quality.interval[1] <= 1


def test_a_drift_number_says_how_large_it_is_and_how_likely_over_all_columns() -> None:
    """Two statistics a column; a size in words; p-values adjusted over the columns; the effect never flatters."""
    reference = Reference([window(RNG(at), at, rows=40) for at in range(72)], "1", own=False)
    usual = window(RNG(11), 80, rows=200)
    moved = {**usual.columns, "prompt_chars": counts(RNG(12).integers(400, 900, 200))}
    found = findings(window(RNG(11), 80, rows=200, columns=moved), reference)
    drifted, steady = found["drift/prompt_chars/ks"], found["drift/output_tokens/ks"]
    assert {name.rsplit("/", 1)[1] for name in found if name.startswith("drift/")} == {"ks", "psi"}
    assert "a large shift: up to 100 in 100 lie higher than before" in drifted.reason
    assert "(over 6 columns)" in drifted.reason
    assert "by chance" not in found["drift/prompt_chars/psi"].reason
    assert drifted.effect < steady.effect <= 0
    assert "no shift to speak of" in steady.reason
    assert steady.reason.startswith("answers are as before: median ")
    assert re.match(r"prompts are longer: median \d{3} characters, before \d{3} \(KS 1\.00\); a large", drifted.reason)


def test_every_drift_column_has_its_words() -> None:
    """People on call know no columns."""
    assert SPOKEN.keys() == set(DRIFT_COLUMNS)

"""The judge held against people: known truths, and what cannot be concluded."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from tasks.calibration import Pair, calibration_report, human, ratings_of
from tasks.domain.calibration import CalibrationReport
from tasks.domain.label import Label, UnusedLabel
from tasks.domain.report import JudgeSpend

PERIOD = (datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 8, tzinfo=UTC))


def report(
    pairs: list[Pair],
    sampled: dict[str, list[float]] | None = None,
    *,
    labels: list[Label] | None = None,
    unused: list[UnusedLabel] | None = None,
) -> CalibrationReport:
    """Hold the judge of a service against people."""
    return calibration_report(
        "bot", "gpt-4o-mini", pairs, labels or [Label(one.interaction_id, one.people) for one in pairs], unused or [],
        sampled or {}, precision=0.02, period=PERIOD, spend=JudgeSpend(),
    )  # fmt: skip


def drawn(
    seed: int, labels: int, *, release: str = "1", bias: float = 0.08, noise: float = 0.13, level: float = 0.6
) -> tuple[list[Pair], list[float]]:
    """Return labeled interactions and the judge's scores of 3,000; the judge is too kind and correlates at 0.75."""
    rng = np.random.default_rng(seed)
    people = np.clip(rng.normal(level, 0.15, 3_000), 0, 1)
    judge = np.clip(people + bias + rng.normal(0, noise, 3_000), 0, 1)
    pairs = [
        Pair(f"{release}-{at}", release, float(f), float(y))
        for at, (f, y) in enumerate(zip(judge[:labels], people[:labels], strict=True))
    ]
    return pairs, judge.tolist()


def test_without_a_label_that_matches_nothing_is_said_of_the_judge() -> None:
    """But which labels there were, and why none could be used."""
    found = report([], unused=[UnusedLabel("not in the logs", f"i\u202e{at}\n") for at in range(7)])
    assert (found.levels_trusted, found.changes_trusted, found.levels) == ("open", "open", [])
    assert found.agreement.kappa is None
    assert "nothing can be said of the judge" in found.text
    assert [(one.labels, one.first) for one in found.unused] == [(7, ["i0", "i1", "i2", "i3", "i4"])]
    assert "Not used: 7 not in the logs (i0, i1, i2, i3, i4)" in found.text


def test_why_most_labels_are_of_no_use_is_said_before_what_the_few_say() -> None:
    """A run's message is cut: the cause stands within it, each with its number before the names."""
    unused = [UnusedLabel("not in the logs", "x" * 80) for _ in range(97)] + [UnusedLabel("no score", "y")]
    few, many = (report(drawn(1, labels)[0], unused=unused).text for labels in (3, 200))
    assert few.split("\n")[1].startswith("Not used: 97 not in the logs; 1 no score (xxx")
    assert many.split("\n")[-1].startswith("Not used: 97 not in the logs; 1 no score (xxx")


@pytest.mark.parametrize("labels", [1, 2, 7, 19])
def test_a_handful_of_labels_concludes_nothing(labels: int) -> None:
    """Even of a judge that is right each time."""
    pairs, sampled = drawn(1, labels, bias=0, noise=0)
    found = report(pairs, {"1": sampled})
    assert (found.levels_trusted, found.changes_trusted) == ("open", "open")
    assert "oo few" in found.text
    assert (found.levels[0].corrected is None) == (labels < 8)


def test_labels_that_never_vary_do_not_show_whether_the_judge_orders_as_people_do() -> None:
    """A correlation is not 0 because nothing was there to correlate with."""
    rng = np.random.default_rng(2)
    found = report([Pair(f"{at}", "1", float(rng.random()), 1.0) for at in range(60)])
    assert found.changes_trusted == "open"
    assert found.agreement.spearman_interval == (-1, 1)


def test_a_kind_judge_is_trusted_for_changes_and_not_for_levels() -> None:
    """Its mean is off by its bias with an interval that looks sharp; the corrected level holds the truth."""
    pairs, sampled = drawn(3, 120)
    found = report(pairs, {"1": sampled})
    assert (found.levels_trusted, found.changes_trusted) == ("no", "yes")
    assert found.agreement.bias == pytest.approx(0.08, abs=0.03)
    assert found.agreement.spearman == pytest.approx(0.75, abs=0.08)
    (level,) = found.levels
    assert level.judge_interval is not None
    assert level.judge_interval[0] > 0.65  # the truth is 0.6
    assert level.corrected_interval is not None
    assert level.people_interval is not None
    assert level.corrected_interval[0] < 0.6 < level.corrected_interval[1]
    assert np.ptp(level.corrected_interval) < 0.8 * np.ptp(level.people_interval)
    assert "too kind" in found.text
    assert "Read the corrected levels" in found.text
    assert "Changes: trusted" in found.text


def test_the_labels_advised_bring_the_interval_to_what_was_asked() -> None:
    """As many more, drawn the same way: ±0.02 within a tenth; the judge spares labels."""
    pairs, sampled = drawn(4, 60)
    (few,) = report(pairs, {"1": sampled}).levels
    assert few.more_labels is not None
    assert few.more_labels_alone is not None
    assert 0 < few.more_labels < few.more_labels_alone
    pairs, sampled = drawn(4, 60 + few.more_labels)
    (enough,) = report(pairs, {"1": sampled}).levels
    assert enough.corrected_interval is not None
    assert np.ptp(enough.corrected_interval) / 2 == pytest.approx(0.02, rel=0.1)


def test_a_judge_that_says_what_people_say_is_trusted_for_both() -> None:
    """Kappa 1, no bias, and nothing to add to its mean."""
    pairs, sampled = drawn(5, 200, bias=0, noise=0.005)
    found = report(pairs, {"1": sampled})
    assert (found.levels_trusted, found.changes_trusted) == ("yes", "yes")
    assert found.agreement.kappa == pytest.approx(1, abs=0.02)
    assert found.levels[0].more_labels == 0
    assert found.furthest == []


def test_a_judge_that_shows_half_of_each_change_says_so() -> None:
    """Its margins are then people's halved."""
    rng = np.random.default_rng(12)
    people = rng.random(400)
    judge = 0.3 + 0.5 * people + rng.normal(0, 0.05, 400)
    found = report([Pair(f"{at}", "1", f, y) for at, (f, y) in enumerate(zip(judge, people, strict=True))])
    assert found.agreement.slope == pytest.approx(0.5, abs=0.02)
    assert "A drop of 0.10 that people see shows as about 0.05" in found.text


def test_a_judge_that_guesses_is_trusted_for_nothing() -> None:
    """And costs the labels' own interval no width."""
    rng = np.random.default_rng(6)
    pairs = [Pair(f"{at}", "1", float(rng.random()), float(rng.random())) for at in range(300)]
    found = report(pairs, {"1": rng.random(3_000).tolist()})
    assert found.changes_trusted == "no"
    assert abs(found.agreement.kappa or 1) < 0.15
    (level,) = found.levels
    assert level.corrected_interval is not None
    assert level.people_interval is not None
    assert np.ptp(level.corrected_interval) <= 1.05 * np.ptp(level.people_interval)
    far = [abs(one.judge - one.people) for one in found.furthest]
    assert len(far) == 10
    assert far == sorted(far, reverse=True)


def test_several_releases_are_corrected_each_and_together_by_their_share() -> None:
    """Half the labels are of a release with a tenth of the scores: it does not weigh more for it."""
    one, of_one = drawn(7, 80, release="1", level=0.7)
    two, of_two = drawn(8, 80, release="2", level=0.3)
    few, of_few = drawn(9, 3, release="3")
    found = report([*one, *two, *few], {"1": of_one, "2": of_two[:300], "3": of_few[:30]})
    together, *each = found.levels
    assert together.release is None
    assert together.corrected == pytest.approx((0.7 * 3_000 + 0.3 * 300) / 3_300, abs=0.04)
    assert [level.corrected for level in each[:2]] == pytest.approx([0.7, 0.3], abs=0.04)
    assert each[2].corrected is None
    assert "3 labels are too few to correct it by; it takes 8" in found.text


def test_a_release_without_judged_windows_has_its_labels_alone() -> None:
    """And says why."""
    pairs, _ = drawn(10, 40)
    (level,) = report(pairs).levels
    assert (level.judge, level.corrected, level.more_labels) == (None, None, None)
    assert level.people is not None
    assert "no window of it was evaluated with this judge" in level.note
    assert level.more_labels_alone


def test_labels_that_people_chose_themselves_are_noticed() -> None:
    """The worst fifty of 3,000 are no random sample."""
    pairs, sampled = drawn(11, 3_000)
    worst = sorted(pairs, key=lambda pair: pair.judge)[:50]
    assert "not drawn at random" in report(worst, {"1": sampled}).text
    assert "not drawn at random" not in report(pairs[:50], {"1": sampled}).text


def test_people_who_disagree_are_told_and_their_mean_counts() -> None:
    """Krippendorff's alpha over those with two scores; names are only counted."""
    labels = [Label(f"i{at}", score, who) for at in range(20) for who, score in (("ann", at % 2), ("bob", 1 - at % 2))]
    ratings = ratings_of(labels)
    assert human(ratings, "i3") == 0.5
    found = report([Pair(f"i{at}", "1", 0.5, 0.5) for at in range(20)], labels=labels)
    assert found.raters == 2
    assert found.agreement.raters_alpha is not None
    assert found.agreement.raters_alpha < 0
    assert "they disagree among themselves" in found.text
    assert "ann" not in found.model_dump_json()

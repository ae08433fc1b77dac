"""Made-up logs are plausible, differ by release, and are the same for the same seed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tasks.domain.errors import SettingsError
from tasks.domain.interaction import Interaction
from tasks.sources import MadeUpRelease, make_up, read
from tasks.sources.made_up.texts import topics

END = datetime(2026, 6, 8, tzinfo=UTC)
RELEASES = (
    MadeUpRelease(name="1.4"),
    MadeUpRelease(name="1.5", starts=END - timedelta(days=2), bad_share=0.4, latency_factor=2),
)


def made(path: Path, **changes: object) -> list[Interaction]:
    """Make a week up and read it."""
    make_up(path, **({"seed": 1, "end": END, "days": 7, "service": "bot", "releases": RELEASES} | changes))
    reading = read({"path": str(path)}, END - timedelta(days=7), END)
    interactions = list(reading)
    assert reading.rows == len(interactions)
    return interactions


def grounded(one: Interaction) -> bool:
    """Whether half of the answer's sentences stand in its context."""
    sentences = one.response.removesuffix(".").split(". ")
    return sum(sentence in (one.context or "") for sentence in sentences) * 2 >= len(sentences)


def test_releases_out_of_order_or_none_are_refused(tmp_path: Path) -> None:
    """Whose traffic it is must be clear."""
    for releases in ((), RELEASES[::-1]):
        with pytest.raises(SettingsError, match="in the order they start"):
            made(tmp_path / "a.jsonl", releases=releases)


def test_the_same_seed_writes_the_same_bytes_and_another_writes_others(tmp_path: Path) -> None:
    """A demo shows the same thing each time."""
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        made(tmp_path / f"{name}.jsonl", seed=seed, days=1)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert (tmp_path / "a.jsonl").read_bytes() != (tmp_path / "c.jsonl").read_bytes()


def test_traffic_texts_and_feedback_are_plausible(tmp_path: Path) -> None:
    """A daily rhythm, mostly distinct texts, one answer in nine rated, few failures."""
    rows = made(tmp_path / "a.jsonl")
    assert len(rows) == pytest.approx(7 * 1500, rel=0.1)
    night, noon = (sum(one.timestamp.hour in hours for one in rows) for hours in ({2, 3, 4}, {14, 15, 16}))
    assert noon > 3 * night
    assert len({(one.prompt, one.response) for one in rows}) > 0.9 * len(rows)
    assert 0.09 < sum(one.feedback is not None for one in rows) / len(rows) < 0.16
    assert 0 < sum(one.error is not None for one in rows) < 0.02 * len(rows)
    assert {one.segment for one in rows} == {topic.name for topic in topics()}
    assert len(topics()) >= 40


def test_the_worse_release_answers_beside_the_context_is_slower_and_less_liked(tmp_path: Path) -> None:
    """In the share and by the factor asked for."""
    rows = made(tmp_path / "a.jsonl", releases=RELEASES)
    shares, medians, liked = [], [], []
    for release in ("1.4", "1.5"):
        answered = [one for one in rows if one.release == release and one.error is None]
        shares.append(sum(grounded(one) for one in answered) / len(answered))
        medians.append(sorted(one.latency_ms or 0 for one in answered)[len(answered) // 2])
        feedback = [one.feedback for one in answered if one.feedback is not None]
        liked.append(sum(value > 0 for value in feedback) / len(feedback))
    assert shares == pytest.approx([0.94, 0.6], abs=0.03)
    assert medians[1] > 1.5 * medians[0]
    assert liked[1] < liked[0] - 0.15


def test_a_canary_shares_the_traffic(tmp_path: Path) -> None:
    """Before its start the old release has it all."""
    start = END - timedelta(days=3)
    rows = made(tmp_path / "a.jsonl", releases=(RELEASES[0], MadeUpRelease(name="2", starts=start, traffic=0.2)))
    assert {one.release for one in rows if one.timestamp < start} == {"1.4"}
    after = [one.release for one in rows if one.timestamp >= start]
    assert after.count("2") / len(after) == pytest.approx(0.2, abs=0.03)


def test_another_mix_of_questions_shifts_the_traffic_and_nothing_else(tmp_path: Path) -> None:
    """A campaign: the topic is asked about as many times as often; an unknown one is named."""
    with pytest.raises(SettingsError, match="no topic 'warrnty'"):
        made(tmp_path / "a.jsonl", mix={"warrnty": 2})
    rows = made(tmp_path / "a.jsonl", days=2, mix={"warranty": 40.0}, releases=RELEASES[:1])
    asked = [one.segment for one in rows]
    assert asked.count("warranty") / len(rows) == pytest.approx(40 / (40 + len(topics()) - 1), abs=0.03)
    assert sum(map(grounded, rows)) / len(rows) == pytest.approx(0.94, abs=0.02)

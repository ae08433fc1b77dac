"""The judge without a model: crude, deterministic, and honest about what it is."""

from __future__ import annotations

from tasks.domain.settings.judging import Judge
from tasks.judging import judge_interactions
from tasks.judging.heuristic import LEXICON, quality_of, toxicity_of
from tasks.judging.rubrics import DEFAULT
from tests.judging.conftest import NOW, MemoryLedger, interaction

CONTEXT = "Returns are free within 30 days. Refunds take 5 working days. Keep the receipt."


def quality(response: str, **changes: object) -> float:
    """Quality of one answer about returns."""
    return quality_of(
        interaction("a", prompt="How long do refunds take?", response=response, **{"context": CONTEXT} | changes)
    )[0]


def test_an_empty_response_scores_nothing() -> None:
    """A release that answers nothing must be seen."""
    assert quality("") == quality("  \n") == 0


def test_sentences_that_stand_in_the_source_score_at_least_seven_tenths() -> None:
    """In context or reference, whatever the case and spacing."""
    assert quality("Refunds take 5 working days.") >= 0.7
    assert quality("refunds take 5   working days. Keep the receipt") >= 0.7
    assert quality("Refunds take 5 working days.", context=None, reference=CONTEXT) >= 0.7


def test_contradicting_numbers_weigh_more_than_missing_words() -> None:
    """A wrong number is worse than another wording."""
    assert quality("Refunds take about 5 working days") > quality("Refunds take 9 working days.")
    assert quality("The moon is made of cheese.") < 0.3


def test_toxicity_is_zero_without_a_word_of_the_lexicon() -> None:
    """And never above 1."""
    assert toxicity_of("Please shut the door, dear customer.") == 0
    assert toxicity_of("You IDIOT!") > 0.5
    assert toxicity_of(" ".join(sorted(LEXICON))) == 1


def test_it_goes_through_the_ledger_and_says_what_it_is() -> None:
    """The same answers twice, from the ledger the second time."""
    ledger = MemoryLedger()
    judge = Judge(provider="heuristic")

    def run() -> dict:
        return judge_interactions(
            [interaction("a")], judge, rubric=DEFAULT, ledger=ledger, api_key=None, prices={}, now=lambda: NOW
        )

    first, again = run()["a"], run()["a"]
    assert first.judgment == again.judgment
    assert again.from_ledger
    assert first.judgment.judge_model.startswith("heuristic")
    assert "no LLM" in first.judgment.reason

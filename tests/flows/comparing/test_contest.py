"""What a comparison asks of the judge, by the same names as an evaluation."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from flows.comparing.contest import Contest, contest
from tasks.domain.settings.experiments import Experiment
from tasks.domain.settings.judging import Judge, Sampling
from tasks.domain.settings.logs import LogSource
from tasks.domain.settings.policy import Alerts, Policy, Target
from tasks.registry import Registry


def asked(rubric: str) -> Contest:
    """Two releases compared under a rubric."""
    found = contest(
        "bot", "1", "2", LogSource(path="logs.jsonl"), Judge(provider="heuristic", rubric=rubric), Sampling(),
        Experiment(), Policy(), Target(), Alerts(), "1h", None, None,
    )  # fmt: skip
    assert found is not None
    return found


def test_a_users_own_rubric_is_another_comparison_by_each_version(place: Path) -> None:
    """Found in the Prompt Registry by name or exact version."""
    prompts, name = Registry.connect().prompts, f"own-{uuid4().hex[:8]}"
    first = prompts.keep(name, "- tone: is it friendly? 1 no; 5 yes.", "A rubric")
    second = prompts.keep(name, "- tone: is it warm? 1 no; 5 yes.", "A rubric")
    assert asked(first).rubric.name == f"prompts:/{name}/1"
    assert asked(name).key == asked(second).key
    assert len({asked(one).key for one in ("default", first, second)}) == 3

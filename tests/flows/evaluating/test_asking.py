"""What the judge is asked comes from the Prompt Registry, by exact version."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from flows.evaluating.asking import register, rubric_of
from tasks.domain.errors import SettingsError
from tasks.domain.settings.judging import Judge
from tasks.judging.rubrics import DEFAULT
from tasks.registry import Registry


def test_an_unknown_rubric_names_the_known_ones_and_a_text_without_criteria_is_refused(place: Path) -> None:
    """Before anything is judged."""
    with pytest.raises(SettingsError, match=r"'nope' is not known; known: default, .*prompts:/nope"):
        rubric_of(Judge(rubric="nope"))
    name = f"empty-{uuid4().hex[:8]}"
    Registry.connect().prompts.keep(name, "Be strict.", "A rubric")
    with pytest.raises(SettingsError, match=f"prompts:/{name}/1.*no criterion of quality"):
        rubric_of(Judge(rubric=name))


def test_a_users_own_rubric_is_found_by_name_uri_and_version(place: Path) -> None:
    """Another version is another question."""
    prompts, name = Registry.connect().prompts, f"own-{uuid4().hex[:8]}"
    first = prompts.keep(name, "- tone: is it friendly? 1 no; 5 yes.", "A rubric")
    second = prompts.keep(name, "- tone: is it warm? 1 no; 5 yes.", "A rubric")
    assert rubric_of(Judge(rubric=name)) == rubric_of(Judge(rubric=second))
    assert rubric_of(Judge(rubric=first)).name == f"prompts:/{name}/1"
    assert rubric_of(Judge(rubric=first)).version != rubric_of(Judge(rubric=second)).version


def test_a_built_in_rubric_is_registered_once(place: Path) -> None:
    """On its first use; its text reads as it was asked."""
    registry = Registry.connect()
    for _ in range(2):
        register(Judge(), DEFAULT, registry)
    found = registry.prompts.exact("prompts:/plumbline.rubric.default")
    assert registry.prompts.text(found) == DEFAULT.text
    assert found.endswith("/1")

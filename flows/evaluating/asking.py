"""What the judge is asked: a built-in rubric, or a user's own from the MLflow Prompt Registry, by exact version."""

from __future__ import annotations

from tasks.domain.errors import RegistryError, SettingsError
from tasks.domain.settings.judging import Judge
from tasks.judging.rubrics import CATALOG, Rubric, rubric_from_text
from tasks.registry import Registry


def rubric_of(judge: Judge) -> Rubric:
    """Return the rubric that the settings name.

    Raises:
        SettingsError: when it is neither built in nor registered, or its text is no rubric.
    """
    if judge.rubric in CATALOG:
        return CATALOG[judge.rubric]
    prompts = Registry.connect().prompts
    try:
        exact = prompts.exact(judge.rubric if judge.rubric.startswith("prompts:/") else f"prompts:/{judge.rubric}")
    except RegistryError as error:
        known = ", ".join(CATALOG)
        raise SettingsError(
            f"judge.rubric {judge.rubric!r} is not known; known: {known}, or your own in the Prompt Registry ({error})"
        ) from None
    return rubric_from_text(exact, prompts.text(exact))


def register(judge: Judge, rubric: Rubric, registry: Registry) -> None:
    """Register a built-in rubric on its first use, so that people find what was asked beside their own prompts."""
    if judge.provider != "heuristic" and rubric.name in CATALOG:
        what = f"Plumbline's rubric {rubric.name!r}: what the judge is asked."
        registry.prompts.keep(f"plumbline.rubric.{rubric.name}", rubric.text, what)


def own_text(rubric: Rubric) -> str | None:
    """Return a user's own rubric as it stands in the Prompt Registry; None for a built-in one."""
    return None if rubric.name in CATALOG else Registry.connect().prompts.text(rubric.name)


def bring(rubric: Rubric, text: str | None) -> None:
    """Register a user's own rubric in another registry under the very version that judgments are known by."""
    if text is None:
        return
    name, _, version = rubric.name.removeprefix("prompts:/").rpartition("/")
    prompts = Registry.connect().prompts
    for earlier in range(1, int(version)):
        prompts.keep(name, f"Version {earlier} stayed where it was.", "Holds the place of an earlier version.")
    prompts.keep(name, text, "A copy of the rubric, for a replay.")

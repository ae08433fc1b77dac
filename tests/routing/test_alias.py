"""The alias and the prompt's alias on a real registry: the contract every target keeps."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasks.domain.errors import RoutingError
from tasks.domain.release import Configuration, Release
from tasks.domain.settings.policy import Target
from tasks.registry import Registry
from tasks.routing import NotSwitchedError, switch, targets_of

AT = datetime(2026, 6, 1, tzinfo=UTC)


def no_secret(_: str) -> None:
    """The aliases need none."""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry on a temporary SQLite."""
    return Registry.connect(f"sqlite:///{tmp_path_factory.mktemp('routing')}/mlflow.db")


def two_releases(registry: Registry, service: str) -> tuple[Release, Release]:
    """Two releases with a prompt each; the second is live."""
    made = []
    for name in ("1", "2"):
        prompt = registry.prompts.register(service, f"Answer as version {name}: {{{{question}}}}", name)
        made.append(registry.register(service, name, Configuration(model="m", prompt=prompt), AT))
    switch(targets_of(Target(), service, registry, no_secret), made[1], back=None, key="first")
    return made[0], made[1]


def test_the_prompt_goes_back_with_its_release(registry: Registry) -> None:
    """Alias of the model and alias of the prompt move together."""
    old, new = two_releases(registry, "together")
    targets = targets_of(Target(), "together", registry, no_secret)
    assert [target.serves(new) for target in targets] == [True, True]
    switch(targets, old, back=new, key="k")
    assert [target.serves(old) for target in targets] == [True, True]
    assert registry.prompts.live(new.configuration.prompt) == old.configuration.prompt  # type: ignore[arg-type,union-attr]


def test_a_manual_promotion_in_between_wins(registry: Registry) -> None:
    """The rollback loses cleanly: both aliases stay where the other put them."""
    old, new = two_releases(registry, "racing")
    third = registry.register("racing", "3", Configuration(model="m3"), AT)
    registry.set_live("racing", "3", expected="2")
    targets = targets_of(Target(), "racing", registry, no_secret)
    with pytest.raises(NotSwitchedError, match="points at 3, not at 2"):
        switch(targets, old, back=new, key="k")
    assert registry.live("racing") == registry.get("racing", third.name)
    assert targets[0].serves(new)


def test_a_registry_that_is_away_is_a_routing_error(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking says so by the target's name."""
    old, _ = two_releases(registry, "away")

    def gone(*_: object) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(registry._versions, "of", gone)
    with pytest.raises(RoutingError, match="alias live of away: MLflow at"):
        targets_of(Target(), "away", registry, no_secret)[-1].serves(old)

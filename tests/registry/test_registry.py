"""Releases in a real MLflow: registered once, moved only from where they are thought to be, never mixed up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from mlflow import MlflowClient

from tasks.domain.errors import RegistryError
from tasks.domain.release import Configuration, Mark, Origin
from tasks.registry import Registry
from tests.hostile import HOSTILE, shown

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE = Configuration(model="gpt-4o-mini", parameters={"temperature": 0.2})
TWO = Configuration(model="gpt-4o", prompt="prompts:/p/1")


def test_an_unknown_release_is_named_with_those_there_are(registry: Registry, service: str) -> None:
    """The error says what exists."""
    registry.register(service, "1", ONE, AT)
    with pytest.raises(RegistryError, match=r"no release '2'; registered: 1"):
        registry.get(service, "2")
    with pytest.raises(RegistryError, match="registered: none"):
        registry.get("nobody", "2")


def test_a_release_is_never_changed(registry: Registry, service: str) -> None:
    """The same again is fine; another configuration under the name is refused."""
    first = registry.register(service, "1", ONE, AT)
    assert registry.register(service, "1", ONE, AT) == first
    with pytest.raises(RegistryError, match="another name"):
        registry.register(service, "1", TWO, AT)
    assert registry.releases(service) == [first]


def test_live_moves_only_from_where_it_is_thought_to_be(registry: Registry, service: str) -> None:
    """Compare, set, read back; somebody else's move is noticed and kept."""
    registry.register(service, "1", ONE, AT)
    registry.register(service, "2", TWO, AT)
    assert registry.live(service) is None
    registry.set_live(service, "1", expected=None)
    with pytest.raises(RegistryError, match="points at 1, not at nothing: somebody else"):
        registry.set_live(service, "2", expected=None)
    live = registry.live(service)
    assert live is not None
    assert live.name == "1"
    registry.set_live(service, "2", expected="1")
    registry.set_live(service, "2", expected="1")
    assert [known.name for known in registry.releases(service) if known.live] == ["2"]


def test_an_observed_release_is_no_target_until_it_is_registered(registry: Registry, service: str) -> None:
    """What was only seen in logs has no configuration to go back to."""
    seen = registry.observe(service, "1", AT)
    assert (seen.origin, registry.is_target(seen)) == (Origin.OBSERVED, False)
    assert registry.observe(service, "1", AT) == seen
    made = registry.register(service, "1", ONE, AT)
    assert (made.version, made.origin, made.configuration) == (seen.version, Origin.REGISTERED, ONE)
    assert registry.is_target(made)


def test_quarantine_is_a_mark_with_its_reason(registry: Registry, service: str) -> None:
    """A quarantined release is no target; lifting the mark makes it one."""
    registry.register(service, "1", ONE, AT)
    registry.mark(service, "1", Mark.QUARANTINED, "quality fell")
    marked = registry.get(service, "1")
    assert (marked.mark, marked.why, registry.is_target(marked)) == (Mark.QUARANTINED, "quality fell", False)
    registry.mark(service, "1", Mark.NONE, "by hand")
    assert registry.is_target(registry.get(service, "1"))


def test_what_answers_alike_is_found_by_its_fingerprint(registry: Registry, service: str) -> None:
    """Shares and bounds change no answer; a model or a parameter does."""
    registry.register(service, "1", ONE, AT)
    same = Configuration(model="gpt-4o-mini", parameters={"temperature": 0.2}, autoscaling={"max_replicas": 4})
    assert [known.name for known in registry.like(service, same)] == ["1"]
    assert registry.like(service, TWO) == []


def test_a_prompt_that_says_the_same_is_the_same_under_any_number(registry: Registry, service: str) -> None:
    """Also beside one that was registered before the text's hash was kept, and where the version was deleted since."""
    texts = ("Be chatty. {{question}}", "Be brief. {{question}}")
    chatty, brief = (registry.prompts.register(service, text, "1") for text in texts)
    client = registry._versions._client
    again = client.create_prompt_version(f"{service}.prompt", texts[0])
    before = Configuration(model="gpt-4o-mini", prompt=chatty)
    registry.register(service, "1", before, AT)
    twin = replace(before, prompt=again.uri, prompt_hash=registry.prompts.text_hash(again.uri))
    other = replace(before, prompt=brief, prompt_hash=registry.prompts.text_hash(brief))
    assert [known.name for known in registry.like(service, twin)] == ["1"]
    assert registry.like(service, other) == []
    assert registry.register(service, "1", twin, AT).configuration == before
    with pytest.raises(RegistryError, match="another configuration"):
        registry.register(service, "1", other, AT)
    client.delete_prompt_version(f"{service}.prompt", "1")
    assert registry.like(service, twin) == []
    assert [known.name for known in registry.like(service, before)] == ["1"]


def test_bounds_of_replicas_are_part_of_a_release(registry: Registry, service: str) -> None:
    """Kept with it and shown beside it; the same release with other bounds is refused."""
    bounded = replace(ONE, autoscaling={"min_replicas": 2, "max_replicas": 4})
    registry.register(service, "1", bounded, AT)
    assert registry.get(service, "1").configuration == bounded
    version = MlflowClient(registry.uri).get_model_version(service, "1")
    assert version.tags["plumbline.autoscaling"] == "min_replicas 2, max_replicas 4"
    assert "autoscaling min_replicas 2, max_replicas 4" in version.description
    with pytest.raises(RegistryError, match="another configuration"):
        registry.register(service, "1", replace(ONE, autoscaling={"max_replicas": 9}), AT)


def test_history_is_kept_in_order(registry: Registry, service: str) -> None:
    """Every move stands with the version it was about."""
    registry.register(service, "1", ONE, AT)
    for what in ("live", "quarantined"):
        registry.note(service, "1", {"what": what, "at": AT.isoformat(), "by": "auto"})
    assert [event["what"] for event in registry.history(service, "1")] == ["live", "quarantined"]


def test_a_hostile_release_is_described_in_words(registry: Registry, service: str) -> None:
    """MLflow shows descriptions as Markdown: neither names nor reasons format, link or load anything there."""
    # What people typed is kept to 300 characters each.
    for text in (" ".join(HOSTILE[:12]), " ".join(HOSTILE[12:])):
        release = registry.register(service, text, Configuration(model=text, endpoint=text), AT)
        registry.note(service, text, {"id": "1", "what": text, "at": text, "by": text, "why": text})
        version = registry._versions._client.get_model_version(service, release.version)
        described = shown(version.description)
        assert described.tags == described.links == []


def test_a_move_noted_again_after_a_crash_stands_once_and_reads_as_words(registry: Registry, service: str) -> None:
    """The version's description tells people; markup in names and reasons does nothing there."""
    registry.register(service, "1", ONE, AT)
    for _ in range(2):
        registry.note(
            service,
            "1",
            {"id": "r1", "what": "live, by rollback", "at": AT.isoformat(), "by": "Ada", "why": "[x](http://evil)"},
        )
    assert len(registry.history(service, "1")) == 1
    version = registry._versions._client.get_model_version(service, "1")
    assert version.description == (
        "Release 1: model gpt-4o-mini.\n\n- 2026-06-01 12:00Z live, by rollback, by Ada: &#91;x&#93;(http&#58;//evil)"
    )


def test_a_long_history_fits_into_what_mlflow_takes(registry: Registry, service: str) -> None:
    """Its databases hold 5,000 characters of a description, and 100,000 of a tag; the newest is what is told."""
    registry.register(service, "1", ONE, AT)
    for at in range(40):
        event = {"id": str(at), "what": f"move {at}", "at": AT.isoformat(), "by": "Ada", "why": "<\u00e9" * 2_000}
        registry.note(service, "1", event)
    history = registry.history(service, "1")
    version = registry._versions._client.get_model_version(service, "1")
    assert history[-1]["what"] == "move 39"
    assert len(json.dumps(history)) < 100_000
    assert len(version.description) < 5_000
    assert version.description.splitlines()[2].startswith("- 2026-06-01 12:00Z move 39, by Ada: ")


@pytest.mark.parametrize("name", ["a/b", "a_b", "..", "x" * 400, "na\x00ïve", "'; DROP", "name with 'quotes'"])
def test_names_from_logs_are_recorded_and_found_again(registry: Registry, name: str) -> None:
    """Whatever a service or a release is called."""
    known = registry.observe(f"names {name}", name, AT)
    assert registry.observe(f"names {name}", name, AT) == known
    registry.set_live(f"names {name}", known.name, expected=None)
    assert registry.live(f"names {name}") is not None


def test_a_registered_model_of_others_is_not_touched(registry: Registry, service: str) -> None:
    """Someone's own model of that name keeps its versions to itself."""
    registry._versions._client.create_registered_model(service)
    with pytest.raises(RegistryError, match="none of Plumbline's"):
        registry.register(service, "1", ONE, AT)


def test_a_prompt_text_is_registered_once_and_named_exactly(registry: Registry, service: str) -> None:
    """A text that was there is its version again; an alias or a bare name becomes a number."""
    first = registry.prompts.register(service, "Answer {{ question }} kindly.", "1")
    assert registry.prompts.register(service, "Answer {{ question }} kindly.", "2") == first
    second = registry.prompts.register(service, "Answer {{question}} for {{customer}}.", "2")
    assert (first, second) == (f"prompts:/{service}.prompt/1", f"prompts:/{service}.prompt/2")
    assert registry.prompts.register(service, f"prompts:/{service}.prompt", "3") == second
    assert registry.prompts.register(service, "Answer {{ question }} kindly.", "3") == first
    assert registry.prompts.variables(second) == {"question", "customer"}
    registry.prompts.point(first)
    assert registry.prompts.live(second) == first
    assert registry.prompts.register(service, f"prompts:/{service}.prompt@live", "3") == first


@pytest.mark.slow
def test_a_prompt_text_is_found_among_hundreds_of_versions(registry: Registry, service: str) -> None:
    """MLflow gives them by the hundred: neither the first text nor the newest version is lost on a later page."""
    first = registry.prompts.register(service, "Answer 0.", "1")
    for number in range(1, 102):
        registry._versions._client.create_prompt_version(f"{service}.prompt", f"Answer {number}.")
    assert registry.prompts.register(service, "Answer 0.", "2") == first
    assert registry.prompts.register(service, f"prompts:/{service}.prompt", "2") == f"prompts:/{service}.prompt/102"


@pytest.mark.parametrize("uri", ["prompts:/nobody/1", "prompts:/nobody@live", "prompts:/nobody", "prompts://x"])
def test_a_prompt_that_does_not_exist_is_named(registry: Registry, service: str, uri: str) -> None:
    """Before anything is registered."""
    with pytest.raises(RegistryError, match=r"nobody|is no prompt"):
        registry.prompts.register(service, uri, "1")

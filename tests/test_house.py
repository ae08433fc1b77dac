"""The house stands: rooms, arrows, doors, and the words on them."""

from __future__ import annotations

import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
TOP = {
    "pyproject.toml", "prefect.yaml", "README.md", "Makefile", "requirements.lock", "LICENSE", ".gitignore", ".ci",
    "flows", "tasks", "tests",
}  # fmt: skip


def tracked() -> list[str]:
    """Files that are committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]


def test_arrows_between_rooms_point_down_only() -> None:
    """The import contracts of pyproject.toml hold."""
    checked = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout[-3000:]


def test_nothing_else_lies_at_the_top() -> None:
    """Every top-level entry is one the design lists."""
    assert {name.split("/")[0] for name in tracked()} <= TOP


@pytest.mark.parametrize(
    "room", sorted(path.name for path in (ROOT / "tasks").iterdir() if (path / "__init__.py").exists())
)
def test_every_room_says_what_happens_in_it(room: str) -> None:
    """A room's `__init__` is a docstring and its doors."""
    text = (ROOT / "tasks" / room / "__init__.py").read_text()
    assert text.lstrip().startswith('"""')
    assert "def " not in text
    assert "class " not in re.sub(r'""".*?"""', "", text, flags=re.DOTALL)


def test_prefect_is_imported_by_flows_and_steps_only() -> None:
    """Reasoning stays testable without an orchestrator."""
    offenders = [
        name
        for name in tracked()
        if name.startswith("tasks/") and name.endswith(".py") and not name.endswith("/steps.py")
        and re.search(r"^\s*(from|import) prefect", (ROOT / name).read_text(), re.MULTILINE)
    ]  # fmt: skip
    assert offenders == []


def test_no_file_carries_an_address_of_a_registry_or_a_path_of_a_machine() -> None:
    """What is committed works anywhere."""
    words = ["/wor" + "k/", "/roo" + "t/", "python" + "hosted", "py" + "pi.org"]
    offenders = [
        (name, word)
        for name in tracked()
        if not name.endswith((".png", ".gz"))
        for word in words
        if word in (ROOT / name).read_text(errors="ignore")
    ]
    assert offenders == []


def test_every_parameter_of_evaluate_is_described() -> None:
    """The run form shows the docstring's words beside each parameter."""
    from flows.evaluation import evaluate

    described = inspect.getdoc(evaluate.fn) or ""
    for name in inspect.signature(evaluate.fn).parameters:
        assert re.search(rf"^\s*{name}: \S", described, re.MULTILINE), name


DEPLOYMENTS = {
    deployment["name"]: deployment for deployment in yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
}


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_every_deployment_gives_its_flow_what_it_takes(name: str) -> None:
    """Parameters validate as a run's would (a person fills in the rest), and a trigger gives none that is unknown."""
    deployment = DEPLOYMENTS[name]
    module, _, flow = deployment["entrypoint"].rpartition(".")
    deployed = getattr(importlib.import_module(module), flow)
    started_by_people = not deployment.get("schedules") and not deployment.get("triggers")
    required = [name for name, one in inspect.signature(deployed.fn).parameters.items() if one.default is one.empty]
    said = dict.fromkeys(required, "what a person says") if started_by_people else {}
    deployed.validate_parameters(said | deployment["parameters"])
    for trigger in deployment.get("triggers", []):
        deployed.validate_parameters(deployment["parameters"] | trigger["parameters"])


def test_the_readmes_make_commands_exist() -> None:
    """A newcomer types what stands there."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^ {4}|`)make ([a-z]+)\b", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert named <= targets


def test_every_deployment_bears_the_tag_that_the_automations_look_for() -> None:
    """A run without it is not missed when its worker dies."""
    automations = yaml.safe_load((ROOT / "prefect.yaml").read_text())["automations"]
    watched = {automation["trigger"]["match_related"]["prefect.resource.id"] for automation in automations}
    assert watched == {"prefect.tag.plumbline"}
    assert [name for name, deployment in DEPLOYMENTS.items() if "plumbline" not in deployment["tags"]] == []

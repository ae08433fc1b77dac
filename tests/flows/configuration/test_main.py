"""`make config` against a real server: what was edited, added, orphaned, forgotten; and a fleet of thirty services."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from prefect import get_client
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.cli.deploy._core import _run_single_deploy
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.schedules import CronSchedule
from prefect.events.schemas.automations import AutomationCore
from prefect.settings import PREFECT_API_URL, temporary_settings
from rich.console import Console

from flows.configuration.__main__ import main
from tests.flows.configuration.conftest import SERVICE, written

pytestmark = pytest.mark.slow  # deployments made on a real server

ROOT = Path(__file__).parents[3]
OURS = len(yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"])


@pytest.fixture
def client() -> Iterator[SyncPrefectClient]:
    """The server's API; its deployments are taken away afterwards."""
    with get_client(sync_client=True) as client:
        if not client.read_work_pools():
            for pool in ("plumbline", "plumbline-switch"):
                client.create_work_pool(WorkPoolCreate(name=pool, type="process"))
        yield client
        for one in client.read_deployments():
            client.delete_deployment(one.id)


def deploy(file: Path) -> None:
    """Do as `prefect deploy --all --prefect-file` does."""
    with (file.parent / "deploy.log").open("w") as log:
        console = Console(file=log)
        configs, actions = _load_deploy_configs_and_actions(file, console=console)
        actions["pull"] = [{"prefect.deployments.steps.set_working_directory": {"directory": "."}}]
        asyncio.run(_deployed(configs, actions, console))


async def _deployed(configs: list[dict], actions: dict, console: Console) -> None:
    # Prefect's own loop over the deployments leaves a client open.
    async with get_client() as client:
        for config in configs:
            await _run_single_deploy(config, actions, client=client, console=console, is_interactive=lambda: False)


def test_our_own_file_is_clean(capsys: pytest.CaptureFixture[str], no_server: None) -> None:
    """What people copy from works."""
    assert main([str(ROOT / "prefect.yaml")]) == 0
    assert f"{OURS} deployments, nothing wrong; no server was asked" in capsys.readouterr().out


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The files are checked all the same."""
    file = written(tmp_path / "team.yaml", SERVICE.format(name="bot"))
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert main([str(file)]) == 1
    assert "http://127.0.0.1:9/api: the Prefect server does not answer" in capsys.readouterr().out


def test_every_difference_to_the_server_is_found(
    client: SyncPrefectClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A threshold edited there, a schedule added and one switched off, an orphan, one not deployed."""
    bot, coach, old, new = (SERVICE.format(name=name) for name in ("bot", "coach", "old", "new"))
    file = written(tmp_path / "team.yaml", bot, coach, old)
    deploy(file)
    assert main([str(file)]) == 0
    assert "3 deployments, nothing wrong; compared with" in capsys.readouterr().out

    deployed = client.read_deployment_by_name("evaluate/bot")
    edited = deployed.parameters | {"monitors": {"quality": {"min_score": 0.5}}}
    client.update_deployment(deployed.id, DeploymentUpdate(parameters=edited))
    client.create_deployment_schedules(deployed.id, [(CronSchedule(cron="45 * * * *", timezone="UTC"), True)])
    deployed = client.read_deployment_by_name("evaluate/coach")
    client.update_deployment_schedule(deployed.id, deployed.schedules[0].id, active=False)
    written(file, bot, coach, new)
    assert main([str(file)]) == 1
    said = capsys.readouterr().out
    assert "bot, monitors.quality.min_score: on the server 0.5, in the file 0.7" in said
    assert "bot, schedules: the server runs '45 * * * * UTC', which is not in the file" in said
    assert "coach, schedules: '15 * * * * UTC' is paused on the server" in said
    assert "✗ evaluate/old: orphaned" in said
    assert "new: not deployed on" in said
    assert "3 deployments, 5 wrong" in said
    assert main([str(file), "--part"]) == 1
    assert "orphaned" not in capsys.readouterr().out


def test_what_a_file_names_is_never_called_orphaned(
    client: SyncPrefectClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """However wrong it is: nobody shall be advised to delete what serves; what is named nowhere is told."""
    bot, coach, old = (SERVICE.format(name=name) for name in ("bot", "coach", "old"))
    file = written(tmp_path / "team.yaml", bot, coach, old)
    deploy(file)
    for wrong in (
        bot.replace("parameters:", "paramters:"),
        bot.replace("name: bot", "nmae: bot"),
        bot.replace("name: bot", 'name: "{{ $NOWHERE_SET }}b{{ $NOR_THIS }}t"'),
        bot.replace("evaluation.evaluate", "rollback.roll_back"),
        f"{bot}\n   : [",
    ):
        assert main([str(written(file, wrong, coach))]) == 1
        said = capsys.readouterr().out
        assert "delete 'evaluate/bot'" not in said, wrong
        assert "delete 'evaluate/coach'" not in said, wrong
        assert "✗ evaluate/old: orphaned" in said, wrong
    assert main([str(file), str(tmp_path / "nowhere.yaml")]) == 1
    assert "orphaned" not in capsys.readouterr().out


def test_a_changed_block_is_one_line_and_a_changed_value_another(
    client: SyncPrefectClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A target of another kind differs in nearly everything it states."""
    bot = SERVICE.format(name="bot")
    file = written(tmp_path / "team.yaml", bot)
    deploy(file)
    target = '{kind: webhook, url: "https://router.example/switch", read_back_url: "https://router.example", secret: S}'
    written(file, f"{bot.rstrip()}\n      target: {target}\n      policy: {{mode: auto}}\n")
    assert main([str(file)]) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if "on the server" in line]
    assert len(said) == 2, said
    assert 'bot, policy.mode: on the server "dry_run", in the file "auto"' in said[0]
    assert 'bot, target: on the server kind "alias", in the file kind "webhook", url "https://router' in said[1]


def test_automations_of_a_file_are_held_against_the_servers(
    client: SyncPrefectClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, switched off, another trigger than the file's; ours as it is, is found equal."""
    file = tmp_path / "team.yaml"
    ours = yaml.safe_load((ROOT / "prefect.yaml").read_text())["automations"]
    file.write_text(yaml.safe_dump({"deployments": [], "automations": ours}))
    assert main([str(file)]) == 1
    assert "automation plumbline-dead-runs: not on the server; `prefect automation create" in capsys.readouterr().out
    made = client.create_automation(AutomationCore.model_validate(ours[0]))
    assert main([str(file)]) == 0
    client.pause_automation(made)
    ours[0]["trigger"]["within"] = 100
    file.write_text(yaml.safe_dump({"deployments": [], "automations": ours}))
    assert main([str(file)]) == 1
    said = capsys.readouterr().out
    assert "plumbline-dead-runs: switched off on the server" in said
    assert "plumbline-dead-runs: trigger on the server differ" in said
    client.delete_automation(made)


def test_deploying_neither_removes_a_deployment_nor_a_schedule(
    client: SyncPrefectClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both traps of `deploy --all`, as the documentation says; `make config` names what is left."""
    bot, coach = SERVICE.format(name="bot"), SERVICE.format(name="coach")
    deploy(file := written(tmp_path / "team.yaml", bot, coach))
    cron = '[{cron: "15 * * * *", timezone: UTC}]'
    assert cron in bot
    deploy(written(file, bot.replace(cron, "[]")))
    assert len(client.read_deployment_by_name("evaluate/bot").schedules) == 1
    assert main([str(file)]) == 1
    said = capsys.readouterr().out
    assert "prefect deployment schedule delete 'evaluate/bot'" in said
    assert "✗ evaluate/coach: orphaned" in said


def test_thirty_services_are_a_page_and_a_stage_is_an_environment_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], no_server: None
) -> None:
    """One file a team, ten lines a service, each told in a few lines; one misspelled key among them is found."""
    staged = SERVICE.rstrip("\n") + '\n      policy: {{mode: "{{{{ $STAGE_MODE }}}}"}}\n'
    assert len(staged.strip().splitlines()) <= 10
    for team in range(5):
        names = [f"team{team}-service{number}" for number in range(6)]
        written(tmp_path / f"teams/team{team}.yaml", *(staged.format(name=name) for name in names))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prefect.yaml").write_text((ROOT / "prefect.yaml").read_text())
    monkeypatch.setenv("STAGE_MODE", "auto")
    assert main([]) == 0
    said = capsys.readouterr().out
    assert said.partition("team0-service0")[2].count("mode auto") == 30
    assert f"{30 + OURS} deployments, nothing wrong" in said
    assert len(said.partition("team0-service0")[2].splitlines()) <= 3 * 30 + 5
    one = tmp_path / "teams/team3.yaml"
    one.write_text(one.read_text().replace("provider", "provder", 1))
    monkeypatch.setenv("STAGE_MODE", "dry_run")
    assert main([]) == 1
    said = capsys.readouterr().out
    assert said.partition("team0-service0")[2].count("mode dry_run") == 29
    assert "✗ teams/team3.yaml, team3-service0, judge: Judge has no setting 'provder'" in said

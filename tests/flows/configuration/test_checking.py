"""Deployments are held against the flows' signatures; each fault names the thing and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from flows.configuration.checking import Checked, check, check_together
from flows.configuration.named_secrets import check_secrets
from flows.configuration.stated import read
from flows.configuration.wording import described
from tests.flows.configuration.conftest import SERVICE

pytestmark = pytest.mark.usefixtures("no_server")


def checked(folder: Path, name: str = "bot", **changes: object) -> Checked:
    """Check one service with changes of its deployment; None takes a key away."""
    (config,) = yaml.safe_load(SERVICE.format(name=name))
    parameters = config["parameters"] | changes.pop("parameters", {})  # type: ignore[operator]
    config = config | {"parameters": {k: v for k, v in parameters.items() if v is not None}} | changes
    (file := folder / "team.yaml").write_text(yaml.safe_dump({"deployments": [config]}))
    (stated,), faults = read(file)
    assert not faults
    return check(stated)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"parameters": {"judge": {"provder": "x"}}}, "judge: Judge has no setting 'provder'; did you mean 'provider'"),
        ({"parameters": {"monitrs": {}}}, "monitrs: evaluate has no parameter 'monitrs'; did you mean 'monitors'?"),
        ({"parameters": {"sampling": {"per_window": "many"}}}, "sampling.per_window: Input should be a valid integer"),
        ({"parameters": {"sampling": {"per_window": "200"}}}, "a value of the environment is always text"),
        ({"parameters": {"policy": {"mode": "atuo"}}}, "policy.mode: Input should be 'off', 'dry_run'"),
        ({"parameters": {"policy": {"cooldown": "soon"}}}, "policy.cooldown: 'soon' is no length of time"),
        ({"parameters": {"window": "7h"}}, "window: window '7h' is no length that divides a day"),
        ({"parameters": {"logs": None}}, "a scheduled run needs logs; give it under parameters"),
        ({"entrypoint": "flows.evaluation.evalute"}, "did you mean 'flows.evaluation.evaluate'?"),
        ({"entrypoint": "flows.evalution.evaluate"}, "did you mean 'flows.evaluation.evaluate'?"),
        ({"entrypoint": "nonsense"}, "write it as module.flow"),
        ({"schedules": [{"cron": "61 * * * *"}]}, "schedules: Invalid cron string"),
        ({"schedules": [{"cron": "15 * * * * *"}]}, "schedules: cron '15 * * * * *' has 6 fields, not 5; write it"),
        ({"schedules": [{"cron": "1 * * * *", "timezone": "Mars/Base"}]}, "Mars/Base"),
        ({"schedules": [{"cron": "1 * * * *", "parameters": {"windw": "1h"}}]}, "did you mean 'window'?"),
        ({"triggers": [{"type": "evnt"}]}, "trigger 1: "),
        ({"triggers": [{"type": "event", "parameters": {"servce": "x"}}]}, "did you mean 'service'?"),
    ],
)  # fmt: skip
def test_what_a_run_or_the_server_would_refuse_is_a_fault(tmp_path: Path, changes: dict, words: str) -> None:
    """In one line, before anything is deployed."""
    lines = [str(fault) for fault in checked(tmp_path, **changes).faults]
    assert len(lines) == 1, lines
    assert words in lines[0]
    assert "\n" not in lines[0]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    """A wrong value beside an unknown key, a number given as text beside both: no second round."""
    policy = {"mode": "aprove", "freshnes": "12h", "max_rollbacks_per_day": "2"}
    asked = {"policy": policy, "logs": {"path": "x", "preset": "langfus"}, "windw": "1h", "window": "7h"}
    lines = [str(fault).partition("bot, ")[2] for fault in checked(tmp_path, parameters=asked).faults]
    assert sorted(line.partition(":")[0] for line in lines) == [
        "logs.preset", "policy", "policy.max_rollbacks_per_day", "policy.mode", "window", "windw",
    ]  # fmt: skip
    for word in ("approve", "freshness", "langfuse", "window"):
        assert f"did you mean '{word}'?" in "\n".join(lines)


def test_a_key_given_in_clear_is_refused_and_not_repeated(tmp_path: Path) -> None:
    """The terminal and CI keep what they are shown."""
    (fault,) = checked(tmp_path, parameters={"judge": {"api_key": "sk-abcDEF123456"}}).faults
    assert "looks like a secret" in str(fault)
    assert "abcDEF" not in str(fault)


def test_a_deployment_started_by_hand_may_leave_its_parameters_to_the_form(tmp_path: Path) -> None:
    """Only a schedule needs all of them."""
    assert not checked(tmp_path, schedules=[], parameters={"logs": None, "service": None}).faults


def test_one_name_twice_and_one_service_twice_are_faults(tmp_path: Path) -> None:
    """Across files: the later deployment would overwrite the earlier in silence."""
    one = checked(tmp_path)
    (same, service) = (str(fault) for fault in check_together([one, one]))
    assert "the later deployment overwrites the earlier" in same
    assert "service 'bot' is evaluated by" in service
    daily = checked(tmp_path, name="bot-daily", parameters={"service": "bot", "window": "1d"})
    assert not check_together([one, daily])


def test_a_missing_secret_is_named_once_with_all_its_users(tmp_path: Path) -> None:
    """An environment variable will do, or a block on the server; a heuristic judge needs none."""
    asked = {
        "judge": {"api_key": "JUDGE_KEY"},
        "alerts": {"urls": ["JUDGE_KEY", "PAGER"], "blocks": ["slack-webhook/ops"]},
    }
    users = [checked(tmp_path, name=name, parameters=asked) for name in ("a", "b", "c", "d")]
    lines = [str(fault) for fault in check_secrets(users, {"PAGER"}.__contains__, server=True)]
    assert len(lines) == 2
    assert lines[0].startswith("a, b, c and 1 more: secret JUDGE_KEY is missing")
    assert "export JUDGE_KEY where the workers run" in lines[0]
    assert "the server has no notification block 'slack-webhook/ops'" in lines[1]
    held = {"PAGER", "secret/judge-key", "slack-webhook/ops"}
    assert not check_secrets(users, held.__contains__, server=True)
    assert not check_secrets([checked(tmp_path)], frozenset().__contains__, server=True)


def test_a_service_is_told_by_what_matters_and_what_differs(tmp_path: Path) -> None:
    """The default stands in brackets; what equals it is left out."""
    words = described(checked(tmp_path, parameters={"monitors": {"quality": {"min_score": 0.8, "margin": 0.02}}}))
    assert "mode dry_run · judge heuristic · window 1h · 15 * * * * UTC" in words
    assert "monitors.quality.min_score=0.8 (0.7)" in words
    assert "margin" not in words

"""What may be a fault elsewhere is a remark, and one line however many have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.configuration.__main__ import main
from flows.configuration.checking import check
from flows.configuration.stated import read
from flows.configuration.unseen import unseen_logs, without_pull
from tests.flows.configuration.conftest import SERVICE, written

pytestmark = pytest.mark.usefixtures("no_server")


def test_a_file_without_pull_is_remarked_on_unless_each_deployment_has_one(tmp_path: Path) -> None:
    """What is written for all of them counts as well."""
    pull = "pull: [{prefect.deployments.steps.set_working_directory: {directory: x}}]\n"
    bare = written(tmp_path / "a.yaml", SERVICE.format(name="bot"))
    own = written(tmp_path / "b.yaml", f"{SERVICE.format(name='bot')}    {pull}")
    (whole := tmp_path / "c.yaml").write_text(pull + bare.read_text())
    assert list(without_pull([own, whole])) == []
    (words,) = without_pull([bare, own, *[bare] * 4])
    assert words.startswith(f"no `pull:` in {bare}, {bare}, {bare} and 2 more: ")


def test_logs_that_are_not_seen_from_here_are_one_remark_and_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Workers may run where they are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs/bot").mkdir(parents=True)
    (tmp_path / "logs/bot/a.jsonl").write_text("{}\n")
    file = written(tmp_path / "team.yaml", SERVICE.format(name="bot"), SERVICE.format(name="coach"))
    checked = [check(one) for one in read(file)[0]]
    assert list(unseen_logs(checked[:1])) == []
    (words,) = unseen_logs(checked)
    assert words == "no log file is seen from here at logs.path 'logs/coach/*.jsonl'; workers may see some"
    assert main([str(written(file, SERVICE.format(name="coach")))]) == 0
    said = capsys.readouterr().out
    assert f"note: {words}" in said
    assert "note: no `pull:` in" in said
    assert "1 deployment, nothing wrong" in said

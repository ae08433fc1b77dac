"""`make try` as a newcomer meets it: one line for what is wrong; else a mapping, a report, and a block that runs."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from flows.evaluation import evaluate
from flows.replaying.alone import alone, trial_home
from flows.replaying.trial import Trial
from flows.trying import main
from tasks.sources.made_up import MadeUpRelease, make_up
from tests.judging.fake_judge import FakeJudge

pytestmark = pytest.mark.slow  # whole replays, each in databases of its own

END = datetime(2026, 6, 15, tzinfo=UTC)


def table(
    place: Path, *, only: set[str] | None = None, service: str = "<b>shop</b>", question: str = "Question"
) -> Path:
    """Two days of made-up logs as a CSV with names of its own; `only` keeps some columns."""
    names = {
        "interaction_id": "Request ID", "timestamp": "Created", "release": "App Version", "prompt": question,
        "response": "Answer", "context": "Documents", "service": "App",
    }  # fmt: skip
    chosen = {name: title for name, title in names.items() if only is None or name in only}
    releases = [MadeUpRelease(name="1"), MadeUpRelease(name="2", starts=datetime(2026, 6, 14, tzinfo=UTC))]
    make_up(place / "raw", seed=2, end=END, days=2, service=service, releases=releases, per_day=80)
    with (place / "logs.csv").open("w", newline="") as file:
        written = csv.writer(file)
        written.writerow(chosen.values())
        for line in (place / "raw").read_text().splitlines():
            row = json.loads(line)
            written.writerow([row[name] for name in chosen])
    return place / "logs.csv"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.csv"], "Cannot try this: logs.path 'nowhere.csv' does not exist; name a file"),
        (["logs.csv", "--zone", "Mars"], "'Mars' is no time zone; use UTC"),
        (["logs.csv", "--map", "promt=Question"], "did you mean 'prompt'"),
        (["logs.csv", "--map", "prompt"], "MAP has 'prompt'; write it as MAP="),
        (["logs.csv", "--map", "prompt=Qestion"], "the nearest that exists is 'Question'"),
        (["logs.csv", "--budget", "much"], "BUDGET 'much' is no amount; give US dollars"),
        (["logs.csv", "--service", "shop"], "SERVICE 'shop' is none of '<b>shop</b>'; choose one"),
    ],
)
def test_what_is_wrong_is_one_line(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    """It names the thing and the remedy; no traceback, no warning, nothing written."""
    table(place)
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert words in told.out.splitlines()[-1]
    assert told.err == ""
    assert not (place / ".plumbline" / "try").exists()


def test_a_second_trial_of_a_service_is_refused_while_one_is_at_work(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before it touches what the first one records."""
    path = table(place)
    with alone("<b>shop</b>"):
        assert main([str(path)]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[-1].endswith("another make try of '<b>shop</b>' is at work; wait for it, or stop it")
    assert told.err == ""
    assert [file.name for file in trial_home("<b>shop</b>").iterdir()] == [".lock"]


def test_logs_without_a_release_say_in_the_block_what_is_missing(place: Path) -> None:
    """Nothing is evaluated in production until it is there."""
    trial = Trial(str(table(place, only={"interaction_id", "timestamp", "prompt", "response"})), {}, None)
    trial.choose(None)
    assert "# Evaluates nothing until `release` was run or a release column is mapped" in trial.block


def test_every_cause_of_rows_put_aside_is_told(place: Path) -> None:
    """Or how many more there are."""
    path = table(place)
    lines = path.read_text().splitlines(keepends=True)
    broken = [line.replace(line.split(",")[1], "soon") for line in lines[1:4]] + ["one,two\n"] * 2
    path.write_text("".join(lines + broken))
    trial = Trial(str(path), {}, None)
    trial.choose(None)
    (note,) = [note for note in trial.notes if note.startswith("rows put aside")]
    assert sum(int(number) for number in re.findall(r"\d+", note)) == 5


def test_logs_without_an_id_are_a_plain_question(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the columns there are."""
    path = table(place, only={"timestamp", "prompt", "response"})
    assert main([str(path)]) == 1
    assert "no column holds interaction_id" in capsys.readouterr().out


@pytest.mark.parametrize(
    "names", [{"service": "{{ $OPENAI_API_KEY }}"}, {"question": "{{prefect.blocks.secret.router}} question"}]
)
def test_a_name_that_prefect_would_fill_in_is_refused_before_the_replay(
    place: Path, capsys: pytest.CaptureFixture[str], names: dict[str, str]
) -> None:
    """The block would otherwise put a secret of whoever deploys it into a parameter that everybody sees."""
    assert main([str(table(place, **names))]) == 1
    assert "Prefect would put a variable or secret in its place" in capsys.readouterr().out.splitlines()[-1]
    assert not (place / ".plumbline" / "try").exists()


def test_no_name_of_a_column_or_service_reaches_the_terminal_as_more_than_letters(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A service that cannot be told by sight is put aside with its rows; a column is printed as one line."""
    path = table(place, question="Question \x1b[2J\u202e")
    assert main([str(path), "--service", "other"]) == 1
    told = capsys.readouterr().out
    assert "Question" in told
    assert all(line.isprintable() for line in told.splitlines())
    table(place, service="shop\x1b[2J")
    assert main([str(path)]) == 1
    assert "illegible service" in capsys.readouterr().out


def test_a_judge_is_told_its_cost_first_and_its_limit_is_none_of_production(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No request is sent for it."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    judge = FakeJudge().start()
    monkeypatch.setenv("OPENAI_BASE_URL", judge.url)
    trial = Trial(str(table(place)), {}, None)
    trial.choose(None)
    trial.hire(None, 100.0)
    assert re.search(r"judged by gpt-4o-mini: .* about ([\d.]+) USD; limit 100 USD", trial.plan)
    assert "budget_usd_per_day" not in trial.block
    judge.stop()
    assert judge.requests == []


def test_a_limit_too_small_for_the_judge_leaves_the_block_its_judge_and_says_what_is_missing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Word overlap stands in for the trial, not for production."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    trial = Trial(str(table(place)), {}, None)
    trial.choose(None)
    trial.hire(None, 0.001)
    assert re.fullmatch(r"Not ready: judged by word overlap only; a judge needs BUDGET=\d\.\d\d", trial.ready)
    assert f"  # {trial.ready}.\n" in trial.block
    assert "heuristic" not in trial.block
    assert "min_score" not in trial.block
    assert re.search(r" BUDGET=\d\.\d+$", trial.again)


def test_questions_keep_a_block_from_being_ready_and_one_line_answers_them(place: Path) -> None:
    """A service that is found in the column it was guessed in settles what that column is."""
    path = table(place)
    text = path.read_text().replace("Documents,App\n", "Documents,product\n")
    path.write_text(re.sub(r"(?<=\d)(Z|\+00:00),", ",", text))
    open_ = Trial(str(path), {}, None)
    open_.choose(None)
    assert [words.partition("?")[0] for words in open_.guess.questions if "service" in words]
    assert open_.ready == "Not ready: answer the questions above"
    assert "service: product  # sure?" in open_.block
    assert "timezone: UTC  # sure?" in open_.block
    assert open_.again == f"make try LOGS={path} MAP='service=product' ZONE=UTC"
    told = Trial(str(path), {}, "UTC")
    told.choose("<b>shop</b>")
    assert told.guess.questions == ()
    assert "sure?" not in told.block
    assert told.ready.startswith("Ready")


def test_a_judge_that_does_not_answer_ends_it_before_the_replay(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line with the remedy, and no report."""
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert main([str(table(place))]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Cannot try this: the judge at http://127.0.0.1:9/v1 does not answer (connection refused).")
    assert not (trial_home("<b>shop</b>") / "report.html").exists()


def test_a_judge_that_fails_after_the_first_answer_leaves_all_undecided_and_says_so(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is called ready, and nobody reads that nothing speaks against the release."""
    judge = FakeJudge().start()
    judge.behaviour.fault = lambda k, text: None if text == "Answer with OK." else "401"
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    monkeypatch.setenv("OPENAI_BASE_URL", judge.url)
    assert main([str(table(place))]) == 1
    judge.stop()
    told = capsys.readouterr().out
    assert "; undecided: " in told
    assert "nothing would have been said against it" not in told
    assert re.search(r"- \d+ windows inconclusive, most of them: .*\.", told)
    assert "Not ready: most windows are undecided" in told
    assert re.search(r"Judging took \d+ calls, ", told)
    assert "Nothing spoke against" not in (trial_home("<b>shop</b>") / "report.html").read_text()


def test_a_table_of_other_names_becomes_a_report_and_a_block_that_runs(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The block, taken as it is, evaluates the same logs; what stands in logs is escaped."""
    assert main([str(table(place))]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "prompt: Question" in told.out
    assert "Judging was offline: no call, no cost." in told.out
    assert "Ready for prefect.yaml" in told.out
    assert "min_score: 0.05  # word overlap has no absolute scale" in told.out
    home = trial_home("<b>shop</b>")
    assert f"{home}/report.html" in told.out
    page = (home / "report.html").read_text()
    assert "&lt;b&gt;shop&lt;/b&gt;" in page
    assert "<b>shop" not in page
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    assert (home / "window.html").exists()
    (block,) = yaml.safe_load((home / "prefect.yaml").read_text())["deployments"]
    assert block["entrypoint"] == "flows.evaluation.evaluate"
    assert block["parameters"]["policy"] == {"mode": "dry_run"}
    start = datetime(2026, 6, 13, tzinfo=UTC)
    report = evaluate(**block["parameters"], start=start, end=END)
    assert report.windows
    assert report.intake.accepted > 100
    assert report.intake.quarantined == {}

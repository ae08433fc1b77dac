"""The block for prefect.yaml: remarks stand beside what they speak of, and change nothing that is read."""

from __future__ import annotations

import yaml

from flows.replaying.offering import Remarks, deployment, prefect_file

PARAMETERS = {"logs": {"path": "a.csv", "columns": {"prompt": "frage: #1", "response": "antwort"}}, "window": "6h"}


def test_a_remark_on_a_setting_is_not_made_on_the_schedule() -> None:
    """Both have a time zone."""
    text = deployment(
        "bot", {"logs": {"path": "a.csv", "timezone": "UTC"}}, Remarks((), {("timezone", "UTC"): "sure?"})
    )
    assert [line for line in text.splitlines() if "timezone" in line] == [
        "      timezone: UTC", "        timezone: UTC  # sure?",
    ]  # fmt: skip


def test_remarks_are_comments_and_the_values_stay() -> None:
    """Whatever a column is called; a line that is not there gets no comment."""
    beside = {("prompt", "frage: #1"): "sure?", ("response", "other"): "not this", ("window", "6h"): "long"}
    text = deployment("bot", PARAMETERS, Remarks(["Not ready."], beside))
    assert "  # Not ready.\n" in text
    assert "prompt: 'frage: #1'  # sure?\n" in text
    assert "not this" not in text
    assert yaml.safe_load(text) == yaml.safe_load(deployment("bot", PARAMETERS))
    (entry,) = yaml.safe_load(prefect_file("bot", PARAMETERS, "x.yaml", Remarks(["Not ready."], beside)))["deployments"]
    assert entry["parameters"]["logs"] == PARAMETERS["logs"]

"""Traces of a real MLflow become interactions: a gateway's and an application's, paged, bounded in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.domain.errors import SourceError
from tasks.domain.interaction import Interaction
from tasks.domain.judgment import Judged, Judgment
from tasks.sources import read
from tasks.tracking import assess

HOUR = timedelta(hours=1)

# MLflow's own, at the first span of a process.
pytestmark = pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning")


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A tracking database with traces of two kinds in the experiment `chat`."""
    from mlflow import MlflowClient

    uri = f"sqlite:///{tmp_path_factory.mktemp('traces')}/mlflow.db"
    switched = pytest.MonkeyPatch()
    switched.setenv("MLFLOW_TRACKING_URI", uri)
    switched.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")
    client = MlflowClient(tracking_uri=uri)
    experiment = client.create_experiment("chat")
    for number in range(5):
        messages = [{"role": "user", "content": f"Where is parcel {number}?"}]
        inputs = {"messages": messages, "metadata": {"release": "2"}} if number < 3 else {"question": f"q {number}"}
        outputs = (
            {"model": "gpt-4o-mini", "choices": [{"message": {"role": "assistant", "content": f"At door {number}."}}]}
            if number < 3
            else {"answer": f"a {number}"}
        )
        span = client.start_trace("chat", inputs=inputs, experiment_id=experiment)
        child = client.start_span("look up", span.trace_id, span.span_id, span_type="RETRIEVER", inputs={"q": "x"})
        client.end_span(span.trace_id, child.span_id, outputs=[{"page_content": f"Parcel {number} is at the door."}])
        client.end_trace(span.trace_id, outputs=outputs, status="ERROR" if number == 4 else "OK")
    assert len(client.search_traces(locations=[experiment])) == 5
    yield uri
    switched.undo()


@pytest.fixture(autouse=True)
def here(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tracking server of the environment."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)


def rows(start: datetime, end: datetime) -> list[Interaction]:
    """The interactions of a stretch of time, by prompt."""
    found = read({"kind": "mlflow_traces", "experiment": "chat"}, start, end)
    interactions = sorted(found, key=lambda one: one.prompt)
    assert not found.quarantined
    return interactions


def test_traces_become_interactions(uri: str) -> None:
    """Prompt, response, context, model, release, latency, error; nothing of another time."""
    now = datetime.now(UTC)
    found = rows(now - HOUR, now + HOUR)
    assert len(found) == 5
    gateway, application = found[0], found[3]
    assert (gateway.prompt, gateway.response) == ("Where is parcel 0?", "At door 0.")
    assert (gateway.release, gateway.model, gateway.context) == ("2", "gpt-4o-mini", "Parcel 0 is at the door.")
    assert (application.prompt, application.response, application.release) == ("q 3", "a 3", None)
    assert all(one.latency_ms is not None and one.latency_ms >= 0 for one in found)
    assert [bool(one.error) for one in found] == [False, False, False, False, True]
    assert rows(now - 3 * HOUR, now - HOUR) == []


def test_a_missing_experiment_is_named() -> None:
    """With what sets it."""
    now = datetime.now(UTC)
    with pytest.raises(SourceError, match=r"no experiment 'nope'; logs.experiment"):
        list(read({"kind": "mlflow_traces", "experiment": "nope"}, now - HOUR, now))


def test_the_worst_scores_stand_beside_their_traces(uri: str) -> None:
    """As assessments of the judge, with its reason; the rest is left alone."""
    from mlflow import MlflowClient

    now = datetime.now(UTC)
    judged = [
        Judged(one, Judgment(key=str(at), content="0" * 32, scores={"quality": at / 5}, reason="it contradicts"))
        for at, one in enumerate(rows(now - HOUR, now + HOUR))
    ]
    assert assess(uri, judged, 2, "gpt-4o-mini") == 2
    worse = replace(judged[1].judgment, scores={"quality": 0.1})
    assert assess(uri, [judged[0], replace(judged[1], judgment=worse)], 2, "gpt-4o-mini") == 2
    client = MlflowClient(tracking_uri=uri)
    found = {
        one.interaction.prompt: client.get_trace(one.interaction.interaction_id).info.assessments for one in judged
    }
    assert [len(found[prompt]) for prompt in sorted(found)] == [1, 1, 0, 0, 0]
    assert found["Where is parcel 1?"][0].value == 0.1
    worst = found["Where is parcel 0?"][0]
    assert (worst.name, worst.value, worst.rationale, worst.source.source_id) == (
        "quality", 0.0, "it contradicts", "gpt-4o-mini",
    )  # fmt: skip

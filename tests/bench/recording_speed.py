"""Recording a window in MLflow on SQLite, beside the bare client calls it cannot do without."""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta

_WINDOWS = 60


def main() -> None:
    """Record windows of 50 metrics and a table of 200, and do the same with MLflow's client alone."""
    from mlflow.entities import Metric, Param

    from tasks.domain.verdict import Verdict
    from tasks.tracking import Tracker
    from tests.made import HOUR, START
    from tests.tracking.conftest import evaluation

    extra = {f"drift/column/{number}": float(number) for number in range(30)}
    with tempfile.TemporaryDirectory() as place:
        tracker = Tracker.connect(f"sqlite:///{place}/mlflow.db")
        client = tracker._client
        made = []
        for at in range(2, _WINDOWS + 2):
            one = evaluation(at, Verdict.PASS, sample=200, text="Where is my parcel? It was due on Monday. " * 10)
            one.findings[1].metrics.update(extra)
            made.append(one)
        tracker.record(evaluation(0, Verdict.PASS))

        began = time.perf_counter()
        for one in made:
            tracker.record(one)
        ours = (time.perf_counter() - began) / _WINDOWS

        known = client.get_run(tracker.record(evaluation(1, Verdict.PASS)))
        report = "x" * 60_000
        began = time.perf_counter()
        for at in range(_WINDOWS):
            moment = int((START + at * HOUR + timedelta(hours=1)).timestamp() * 1000)
            run = client.create_run(known.info.experiment_id, start_time=moment, tags=dict(known.data.tags))
            metrics = [Metric(f"m/{number}", float(number), moment, at) for number in range(50)]
            params = [Param(name, value) for name, value in known.data.params.items()]
            client.log_batch(run.info.run_id, metrics=metrics, params=params)
            for name in ("report.html", "findings.json", "evidence.json", "judged.json"):
                client.log_text(run.info.run_id, report, name)
            client.log_batch(known.info.run_id, metrics=[Metric(m.key, m.value, moment, at) for m in metrics])
            client.set_terminated(run.info.run_id, end_time=moment)
        bare = (time.perf_counter() - began) / _WINDOWS
        print(
            f"recording a window, {len(made[0].findings[1].metrics) + 20} metrics, table of 200   "
            f"must <= 0.1 s   ours {ours:.3f} s   bare client calls {bare:.3f} s"
        )


if __name__ == "__main__":
    main()

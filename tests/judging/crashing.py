"""A run of the judge in a process of its own, to be killed; arguments: endpoint, store, mode, number."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from tasks.domain.settings.judging import Judge
from tasks.judging import judge_interactions
from tasks.judging.rubrics import DEFAULT
from tasks.store import Store
from tests.judging.conftest import interaction

AT_ONCE = 8


def main(url: str, store_url: str, mode: str, number: str) -> None:
    """Judge and print how many were scored."""
    with Store.open(store_url) as store:
        judged = judge_interactions(
            [interaction(str(n)) for n in range(int(number))],
            Judge.model_validate({"base_url": url, "mode": mode, "max_concurrency": AT_ONCE}),
            rubric=DEFAULT,
            ledger=store.ledger,
            batches=store.judge_batches,
            api_key="any",
            prices={},
            now=lambda: datetime.now(UTC),
        )
    print(sum(one.judgment.scored for one in judged.values()))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The store: everything Plumbline remembers, by concern."""

from __future__ import annotations

from types import TracebackType
from typing import NoReturn, Self

from tasks.store.actions import Actions
from tasks.store.address import locate
from tasks.store.anchors import Anchors
from tasks.store.baselines import Baselines
from tasks.store.columns import metadata
from tasks.store.database import Database
from tasks.store.evidence import Evidence
from tasks.store.judge_batches import JudgeBatches
from tasks.store.judge_state import JudgeState
from tasks.store.leases import Leases
from tasks.store.ledger import Ledger, judge_spend, judgments
from tasks.store.messages import Messages
from tasks.store.quarantine import Quarantine
from tasks.store.releases import Releases
from tasks.store.schema import prepare, schema_version
from tasks.store.summaries import Summaries
from tasks.store.windows import Windows


class Store:
    """An open store; threads may share it, processes open their own.

    Attributes:
        ledger: Judgments, each paid once.
        windows: Windows evaluated, with verdicts.
        summaries: What is kept of a window's contents.
        evidence: Evidence after each window.
        baselines: Frozen references.
        anchors: Their interactions that are judged again.
        releases: Releases seen.
        quarantine: Rows put aside.
        actions: Actions on production.
        messages: Messages to people, each sent once.
        leases: One run at a time.
        judge_state: Judges that are paused.
        judge_batches: Batches sent to a judge and not yet fetched.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.ledger = Ledger(database)
        self.windows = Windows(database)
        self.summaries = Summaries(database)
        self.evidence = Evidence(database)
        self.baselines = Baselines(database)
        self.anchors = Anchors(database)
        self.releases = Releases(database)
        self.quarantine = Quarantine(database)
        self.actions = Actions(database)
        self.messages = Messages(database)
        self.leases = Leases(database)
        self.judge_state = JudgeState(database)
        self.judge_batches = JudgeBatches(database)

    @classmethod
    def open(cls, url: str | None = None) -> Store:
        """Open the store, creating it where there is none.

        Args:
            url: `sqlite:///…` or `postgresql+psycopg://…`; None: `PLUMBLINE_STORE_URL`, else
                `sqlite:///.plumbline/store.db`.

        Raises:
            SchemaMismatchError: when another version of Plumbline wrote it.
            StoreError: when it cannot be used.
        """
        database = Database(locate(url))
        try:
            prepare(database)
            return cls(database)
        except BaseException:
            database.close()
            raise

    def start_over(self) -> None:
        """Forget everything but what was paid for: judgments, and what they cost."""
        kept = {schema_version, judgments, judge_spend}
        with self._database.writing() as connection:
            for table in reversed(metadata.sorted_tables):
                if table not in kept:
                    connection.execute(table.delete())

    @property
    def url(self) -> str:
        """Where it is, as it may be shown: without a password."""
        return self._database.name

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a store is not sent to other processes; let each open its own with Store.open()")

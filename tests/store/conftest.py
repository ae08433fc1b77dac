"""Real databases: an SQLite file for each test, a PostgreSQL server for the session with a database for each test."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tasks.store import Store
from tasks.store.columns import metadata
from tests.store.server import Server, run

_numbers = itertools.count()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server on a unix socket."""
    started = Server()
    yield started
    started.close()


@pytest.fixture
def postgres(server) -> str:
    """URL of a PostgreSQL that runs."""
    server.revive()
    return server.url


@pytest.fixture(scope="session")
def postgres_store(server) -> str:
    """URL of a store in PostgreSQL; making its tables anew for each test would take most of the time."""
    url = _new_schema(server.url)
    Store.open(url).close()
    return url


def _new_schema(postgres: str) -> str:
    name = f"store_{next(_numbers)}"
    run(postgres, f"CREATE SCHEMA {name}")
    return (
        make_url(postgres).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)
    )


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'deep' / 'store.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def new_url(request) -> str:
    """URL of a database of either kind in which nothing was made yet."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    return _new_schema(request.getfixturevalue("postgres"))


@pytest.fixture(params=["sqlite", "postgres"])
def url(request) -> str:
    """URL of an empty store, of either kind."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_url")
    request.getfixturevalue("postgres")
    kept = request.getfixturevalue("postgres_store")
    run(kept, "; ".join(f"DELETE FROM {name}" for name in metadata.tables if name != "schema_version"))
    return kept


@pytest.fixture
def store(url) -> Iterator[Store]:
    """An open store, on either kind of database."""
    with Store.open(url) as opened:
        yield opened


@pytest.fixture
def reopened(url) -> Callable[[], Store]:
    """Opens the same store again, as another process would."""
    return lambda: Store.open(url)


@pytest.fixture
def crew() -> Callable[..., None]:
    """Has several processes do a job of `crew.py` at one store, and waits for all of them."""

    def work(job: str, members: int, url: str, argument: object = "") -> None:
        command = [sys.executable, str(Path(__file__).with_name("crew.py")), job, str(members), url, str(argument)]
        subprocess.run(command, check=True, timeout=60)

    return work


@pytest.fixture
def night_run(url, tmp_path) -> Iterator[int]:
    """A process that holds the lease `count` of the store; its id."""
    log = tmp_path / "night_run"
    log.touch()
    command = [sys.executable, str(Path(__file__).with_name("crew.py")), "hold", "1", url, str(log)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as leader:
        while not (line := log.read_text(encoding="ascii").strip()):
            assert leader.poll() is None
            time.sleep(0.01)
        yield int(line)
        # While its leader lives the number is its own: later it may be another process's.
        if leader.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(int(line), signal.SIGKILL)

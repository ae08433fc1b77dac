"""Creating the store, and refusing one of another version."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from tasks.domain.errors import SchemaMismatchError, StoreError
from tasks.store import Store
from tasks.store.columns import metadata
from tasks.store.schema import VERSION


def run(url: str, statement: str) -> list:
    """Run a statement beside the store."""
    engine = create_engine(url)
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        rows = found.all() if found.returns_rows else []
    engine.dispose()
    return rows


@pytest.mark.parametrize("version", [VERSION - 1, VERSION + 1])
def test_a_store_of_another_version_is_refused_and_left_alone(new_url, version):
    """The error names both versions and what to do."""
    Store.open(new_url).close()
    run(new_url, f"UPDATE schema_version SET version = {version}")
    words = f"version {version}, this Plumbline has {VERSION}; use the Plumbline that"
    with pytest.raises(SchemaMismatchError, match=words):
        Store.open(new_url)
    assert run(new_url, "SELECT version FROM schema_version") == [(version,)]


def test_a_file_that_is_no_database_is_refused(tmp_path):
    """And not overwritten."""
    file = tmp_path / "notes.txt"
    file.write_text("not a database " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(f"sqlite:///{file}")
    assert file.read_text().startswith("not a database")


def test_a_database_with_a_table_of_another_program_of_the_same_name_is_refused(new_url):
    """Nothing is written into it."""
    if new_url.startswith("sqlite"):
        Path(make_url(new_url).database).parent.mkdir()
    run(new_url, "CREATE TABLE releases (id INTEGER)")
    with pytest.raises(StoreError, match=r"releases.? already exists"):
        Store.open(new_url)
    engine = create_engine(new_url)
    assert inspect(engine).get_table_names() == ["releases"]
    engine.dispose()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """Here a file is in its way."""
    (tmp_path / "taken").touch()
    with pytest.raises(StoreError, match="taken"):
        Store.open(f"sqlite:///{tmp_path / 'taken' / 'store.db'}")


def test_a_database_that_does_not_answer_is_an_error_with_its_name():
    """Nothing listens on that socket."""
    with pytest.raises(StoreError, match=r"postgresql\+psycopg://.*check that it can be reached"):
        Store.open("postgresql+psycopg://plumbline@/store?host=/nonexistent")


def test_twenty_processes_create_one_store(new_url, crew):
    """Each of them can use it; the version is written once."""
    crew("open_store", 20, new_url)
    assert run(new_url, "SELECT version FROM schema_version") == [(VERSION,)]


def test_every_table_is_made(new_url):
    """Also beside tables of others."""
    run_before = "CREATE TABLE alembic_version (version_num TEXT)"
    if new_url.startswith("sqlite"):
        Path(make_url(new_url).database).parent.mkdir()
    run(new_url, run_before)
    Store.open(new_url).close()
    engine = create_engine(new_url)
    made = set(inspect(engine).get_table_names())
    engine.dispose()
    assert made == {*metadata.tables, "alembic_version"}
    assert {"windows", "judgments", "leases"} <= made


def test_sqlite_writes_ahead_and_without_waiting_for_the_disk(sqlite_url):
    """What makes a commit 50 µs instead of 4 ms."""
    with Store.open(sqlite_url) as store, store._database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000

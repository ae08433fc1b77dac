"""Where the store is, and what is shown of it."""

from __future__ import annotations

import traceback
from pathlib import Path

import pytest

from tasks.domain.errors import StoreError
from tasks.store import Store
from tasks.store.address import locate, shown, without_password


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://plumbline:hunter2%2F%C2%A7@/store?host=/nonexistent",
        "postgresql+psycopg://plumbline@/store?host=/nonexistent&password=hunter2%2F%C2%A7",
        "postgresql+psycopg://plumbline:hunter2%2F%C2%A7@127.0.0.1:1/store",
        "postgresql+psycopg://plumbline:hunter2%2F%C2%A7@127.0.0.1:port/store",
        "mysql://plumbline:hunter2%2F%C2%A7@host/store",
        "postgresql+psycopg://plumbline:hunter2%2F%C2%A7@/store?host=/nonexistent&no_such_option=hunter2%2F%C2%A7",
        "plumbline:hunter2%2F%C2%A7@host",
    ],
)
def test_the_password_is_in_no_error(url):
    """Neither in its words nor in those of what caused it."""
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    told = "".join(traceback.format_exception(caught.value, limit=0))
    assert "hunter2" not in told


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://host/store", "'mysql'"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("store.db", "cannot be read"),
    ],
)
def test_what_cannot_be_a_store_is_refused_with_an_example(url, words):
    """The example shows both kinds."""
    with pytest.raises(StoreError, match=rf"{words}.*sqlite:///path/to/store.db or postgresql\+psycopg://"):
        Store.open(url)


def test_the_shown_url_keeps_everything_but_secrets():
    """A person can tell which store it is."""
    url = locate("postgresql://me:hunter2@db.example:5432/store?sslmode=require&sslpassword=hunter3")
    assert shown(url) == "postgresql+psycopg://me:***@db.example:5432/store?sslmode=require"
    assert without_password("hunter2 and hunter3", url) == "*** and ***"


def test_without_a_url_the_environment_or_the_default_is_taken(tmp_path, monkeypatch):
    """The default lies in the working folder, whose hidden folder is made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLUMBLINE_STORE_URL", raising=False)
    Store.open().close()
    assert Path(".plumbline/store.db").exists()
    monkeypatch.setenv("PLUMBLINE_STORE_URL", f"sqlite:///{tmp_path}/other/mine.db")
    with Store.open() as store:
        assert store.url.endswith("/other/mine.db")
    assert (tmp_path / "other" / "mine.db").exists()

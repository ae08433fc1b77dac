"""Where the store is: a database URL, checked, and shown to people without its password."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tasks.domain.errors import StoreError

DEFAULT_URL = "sqlite:///.plumbline/store.db"
VARIABLE = "PLUMBLINE_STORE_URL"
_REMEDY = f"give {VARIABLE} as sqlite:///path/to/store.db or postgresql+psycopg://user:password@host/database"
_POSTGRES = {"postgresql", "postgres", "postgresql+psycopg"}
_SECRET_WORDS = ("password", "secret", "token", "key")
# What may be shown of a URL's options; any other may be a password with a misspelt name.
_SHOWN = {"host", "port", "sslmode", "connect_timeout", "application_name", "target_session_attrs"}


def locate(url: str | None) -> URL:
    """Return the store's URL: the one given, else the environment's, else the default; makes SQLite's folder.

    Raises:
        StoreError: when it is no URL of a database the store can use.
    """
    text = url or os.environ.get(VARIABLE) or DEFAULT_URL
    try:
        parsed = make_url(text)
    except (ArgumentError, ValueError):
        # The text itself may hold a password, and so may the parser's words about it.
        raise StoreError(f"the store's URL cannot be read; {_REMEDY}") from None
    if parsed.drivername in _POSTGRES:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise StoreError(f"the store cannot be kept in {parsed.drivername!r}; {_REMEDY}")
    if not parsed.database or parsed.database == ":memory:":
        raise StoreError(f"a store in memory forgets what was paid and decided; {_REMEDY}")
    try:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the store's folder {str(Path(parsed.database).parent)!r} cannot be made: {error}") from error
    return parsed


def shown(url: URL) -> str:
    """Return the URL as it may be shown: without its password."""
    hidden = [name for name in url.query if name not in _SHOWN]
    return url.difference_update_query(hidden).render_as_string(hide_password=True)


def without_password(text: str, url: URL) -> str:
    """Return the text with every occurrence of the URL's secrets struck out."""
    options = [
        value
        for name, values in url.normalized_query.items()
        if any(word in name.lower() for word in _SECRET_WORDS)
        for value in values
    ]
    for secret in [str(url.password or ""), *options]:
        text = text.replace(secret, "***") if secret else text
    return text

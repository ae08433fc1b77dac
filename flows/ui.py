"""`make ui`: Prefect's and MLflow's pages on what was recorded under `.plumbline/`, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from flows.running.embedded import HOME
from flows.running.terminal import say
from tasks.domain.places import DEMO_MLFLOW_URI, EMBEDDED_MLFLOW_URI
from tasks.tracking import holds_services, newest_failure

_READY_WITHIN_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started.

    Attributes:
        name: As people call it.
        process: It itself.
        address: Where it answers once it is ready.
        log: What it says.
    """

    name: str
    process: subprocess.Popen[bytes]
    address: str
    log: Path

    def answers(self) -> bool:
        """Wait until it answers; False when it ends before, or takes too long."""
        until = time.monotonic() + _READY_WITHIN_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.address, timeout=2):  # noqa: S310 (our own http address)
                    return self.process.poll() is None
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        return False


def main() -> int:
    """Start both servers on loopback, wait until they answer, and say where they are."""
    console = Console()
    if not HOME.exists():
        console.print("Nothing was recorded yet; run `make demo` first.")
        return 1
    recorded = _recorded()
    # Ended from outside it ends as by Ctrl-C: its servers with it.
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    with ExitStack() as held:
        prefect_port = _port(held, int(os.environ.get("PREFECT_SERVER_API_PORT", "4200")))
        mlflow_port = _port(held, int(os.environ.get("MLFLOW_PORT", "5000")))
        prefect, mlflow = f"http://127.0.0.1:{prefect_port}", f"http://127.0.0.1:{mlflow_port}"
        servers = [
            _server(
                held,
                "Prefect",
                _prefect_command(prefect_port),
                f"{prefect}/api/health",
                {"PREFECT_UI_API_URL": f"{prefect}/api"},
            ),
            _server(
                held,
                "MLflow",
                _mlflow_command(mlflow_port, recorded),
                mlflow,
                {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
            ),
        ]
        with console.status("Starting both servers (20 to 40 seconds) ..."):
            silent = [server for server in servers if not server.answers()]
        if silent:
            return _told(console, silent[0])
        console.print(
            f"MLflow   {mlflow}    experiment plumbline/<service>: one run a release, one a window\n"
            f"Prefect  {prefect}    runs, their artifacts and logs\n",
            soft_wrap=True,
        )
        say(console, f"Shown is {recorded}" + (" (the demo)" if recorded == DEMO_MLFLOW_URI else ""))
        for other in [uri for uri in _databases() if uri != recorded]:
            say(console, f"There is also: MLFLOW_TRACKING_URI={other} make ui")
        for words in _incident(recorded, mlflow, prefect):
            say(console, words)
        console.print("Ctrl-C stops both.")
        return _told(console, _first_to_end(servers))


def _incident(recorded: str, mlflow: str, prefect: str) -> list[str]:
    """Where the newest window that failed is explained; nothing where none failed."""
    failed = newest_failure(recorded)
    if failed is None:
        return []
    told = [
        f"\nThe newest window that failed, {failed.name}:",
        f"  why         {mlflow}/#/experiments/{failed.experiment_id}/runs/{failed.run_id}/artifacts/report.html",
    ]
    if failed.flow_run_id:
        told.append(f"  the run     {prefect}/runs/flow-run/{failed.flow_run_id}")
    return [*told, ""]


def _first_to_end(servers: list[Server]) -> Server:
    """Wait until a server ends, which none should."""
    while True:
        for server in servers:
            if server.process.poll() is not None:
                return server
        time.sleep(0.5)


def _told(console: Console, server: Server) -> int:
    """Say of a server that is not there what it said itself, and end what was begun."""
    ended = server.process.poll()
    console.print(
        f"{server.name} "
        + (f"ended by itself (exit {ended})" if ended is not None else f"did not answer in {_READY_WITHIN_SECONDS} s")
        + f"; all it said is in {server.log}, at last:",
        soft_wrap=True,
    )
    for line in server.log.read_text(errors="replace").splitlines()[-5:]:
        say(console, f"  {line}")
    return 1


def _prefect_command(port: int) -> list[str]:
    return [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]


def _databases() -> list[str]:
    """One's own MLflow database and the demo's, those that exist, the newer one first."""
    ages = {
        uri: path.stat().st_mtime
        for uri in (EMBEDDED_MLFLOW_URI, DEMO_MLFLOW_URI)
        if (path := Path(uri.removeprefix("sqlite:///"))).exists()
    }
    return sorted(ages, key=lambda uri: ages[uri], reverse=True)


def _recorded() -> str:
    """Where MLflow's records are: the environment's choice, else the newer database in which a service is recorded."""
    if chosen := os.environ.get("MLFLOW_TRACKING_URI"):
        return chosen
    known = _databases()
    return next((uri for uri in known if holds_services(uri)), known[0] if known else EMBEDDED_MLFLOW_URI)


def _mlflow_command(port: int, uri: str) -> list[str]:
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri, *address, "--workers", "1"]


def _server(held: ExitStack, name: str, command: list[str], address: str, environment: dict[str, str]) -> Server:
    """Start a server that ends with what is held."""
    log = Path(HOME) / f"ui-{name.lower()}.log"
    with log.open("wb") as said:
        started = subprocess.Popen(command, env=os.environ | environment, stdout=said, stderr=subprocess.STDOUT)  # noqa: S603 (our own words)
    process = held.enter_context(started)
    held.callback(process.terminate)
    return Server(name, process, address, log)


def _port(held: ExitStack, wanted: int) -> int:
    """Return a free port, kept from every other `make ui` while it is held: a server takes half a minute to bind it."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        try:
            claim = held.enter_context((Path(tempfile.gettempdir()) / f"plumbline-ui-{port}.lock").open("a"))
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        return port
    raise SystemExit(f"no port from {wanted} to {wanted + 49} is free")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):  # both servers have ended with it
        raise SystemExit(main())

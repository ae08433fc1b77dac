"""`make ui`: Prefect's and MLflow's pages on what was recorded under `.plumbline/`, until Ctrl-C."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from flows.running.embedded import HOME
from flows.running.terminal import say
from tasks.domain.places import DEMO_MLFLOW_URI, EMBEDDED_MLFLOW_URI
from tasks.tracking import newest_failure

_READY_WITHIN_SECONDS = 90


def main() -> int:
    """Start both servers on loopback, wait until they answer, and say where they are."""
    console = Console()
    if not HOME.exists():
        console.print("Nothing was recorded yet; run `make demo` first.")
        return 1
    recorded = _recorded()
    prefect_port, mlflow_port = _free_port(4200), _free_port(5000)
    prefect, mlflow = f"http://127.0.0.1:{prefect_port}", f"http://127.0.0.1:{mlflow_port}"
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                _server(_prefect_command(prefect_port), {"PREFECT_UI_API_URL": f"{prefect}/api"}, "prefect")
            ),
            stack.enter_context(
                _server(
                    _mlflow_command(mlflow_port, recorded), {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}, "mlflow"
                )
            ),
        ]
        for server in servers:
            stack.callback(server.terminate)
        with console.status("Starting both servers (about 20 seconds) ..."):
            ready = all(
                _answers(address, server)
                for address, server in zip((f"{prefect}/api/health", mlflow), servers, strict=True)
            )
        if not ready:
            console.print(f"A server did not start; what it said is in {HOME}/ui-*.log")
            return 1
        whose = "the demo, " if recorded == DEMO_MLFLOW_URI else ""
        console.print(
            f"MLflow   {mlflow}    {whose}experiment plumbline/<service>: one run a release, one a window\n"
            f"Prefect  {prefect}    runs, their artifacts and logs",
            soft_wrap=True,
        )
        for words in _incident(recorded, mlflow, prefect):
            say(console, words)
        console.print("Ctrl-C stops both.")
        return _wait(servers)


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


def _wait(servers: list[subprocess.Popen[bytes]]) -> int:
    try:
        while all(server.poll() is None for server in servers):
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0
    return 1


def _prefect_command(port: int) -> list[str]:
    return [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]


def _recorded() -> str:
    """Where MLflow's records are: the environment's choice, else the newer of one's own and the demo's."""
    if chosen := os.environ.get("MLFLOW_TRACKING_URI"):
        return chosen
    ages = {
        uri: path.stat().st_mtime
        for uri in (EMBEDDED_MLFLOW_URI, DEMO_MLFLOW_URI)
        if (path := Path(uri.removeprefix("sqlite:///"))).exists()
    }
    return max(ages, key=lambda uri: ages[uri], default=EMBEDDED_MLFLOW_URI)


def _mlflow_command(port: int, uri: str) -> list[str]:
    address = ["--host", "127.0.0.1", "--port", str(port)]
    return [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", uri, *address, "--workers", "1"]


def _server(command: list[str], environment: dict[str, str], name: str) -> subprocess.Popen[bytes]:
    log = (Path(HOME) / f"ui-{name}.log").open("wb")
    with log:
        return subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603 (our own words)


def _answers(address: str, server: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + _READY_WITHIN_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 (our own http address)
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    return False


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    return wanted


if __name__ == "__main__":
    raise SystemExit(main())

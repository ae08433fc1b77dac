"""`make config`: read the files, check them against the flows, compare with the server, say what is wrong."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from httpx import HTTPError
from prefect.exceptions import PrefectException
from prefect.settings import get_current_settings
from rich.console import Console

from flows.configuration.automations import check_automations
from flows.configuration.checking import check, check_together
from flows.configuration.deployed import Server, read_server
from flows.configuration.differences import differences
from flows.configuration.fault import Fault
from flows.configuration.named_secrets import check_secrets
from flows.configuration.stated import Stated, read
from flows.configuration.traps import shallow_merges
from flows.configuration.unseen import unseen_logs, without_pull
from flows.configuration.wording import described
from flows.running.terminal import say


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when everything is as it should be, 1 when something is wrong."""
    asked = _asked(arguments)
    files = asked.files or [Path("prefect.yaml"), *sorted(Path().glob("teams/*.yaml"))]
    stated, faults, misread = _read(files)
    checked = [check(one) for one in stated]
    faults += [fault for one in checked for fault in one.faults]
    faults += check_together(checked)
    server, unreachable = _server()
    held = frozenset(os.environ) | (server.blocks if server else frozenset())
    faults += [*unreachable, *check_secrets(checked, held.__contains__, server=server is not None)]
    faults += check_automations(files, server.automations if server else None)
    if server:
        whole = not asked.part and all(file.is_file() for file in files)
        faults += differences(checked, server, orphans=whole, misread=misread)
    _say([described(one) for one in checked], faults, [*_remarks(files), *unseen_logs(checked)], server)
    return 1 if faults else 0


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make config", description=__doc__)
    parser.add_argument(
        "files", nargs="*", type=Path, help="files in prefect.yaml's format; prefect.yaml and teams/*.yaml"
    )
    parser.add_argument("--part", action="store_true", help="the files are a part of all: say nothing of orphans")
    return parser.parse_args(arguments)


def _read(files: Sequence[Path]) -> tuple[list[Stated], list[Fault], list[str]]:
    """Return what the files state, what is wrong with that, and the texts of those with which something is."""
    stated: list[Stated] = []
    faults: list[Fault] = []
    misread: list[str] = []
    for file in files:
        found, wrong = read(file)
        stated += found
        faults += wrong
        misread += [file.read_text(errors="replace")] if wrong and file.is_file() else []
    return stated, faults, misread


def _remarks(files: Sequence[Path]) -> list[str]:
    """Return what is to be known of the files that can be read."""
    whole = [file for file in files if file.is_file() and not read(file)[1]]
    merges = [f"{file}, {words}" for file in whole for words in shallow_merges(file.read_text())]
    return [*merges, *without_pull(whole)]


def _server() -> tuple[Server | None, list[Fault]]:
    address = get_current_settings().api.url
    if not address:
        return None, []
    try:
        return read_server(address), []
    except (HTTPError, PrefectException, RuntimeError, OSError) as error:
        what = f"the Prefect server does not answer ({type(error).__name__})"
        return None, [
            Fault(f"PREFECT_API_URL {address}", what, "start it, or unset PREFECT_API_URL to check files only")
        ]


def _say(services: Sequence[str], faults: Sequence[Fault], notes: Sequence[str], server: Server | None) -> None:
    console = Console()
    for text in services:
        say(console, text)
    say(console)
    for note in notes:
        say(console, f"note: {note}")
    for fault in dict.fromkeys(faults):
        say(console, f"✗ {fault}")
    compared = f"compared with {server.address}" if server else "no server was asked (PREFECT_API_URL)"
    wrong = len(dict.fromkeys(faults))
    deployments = "1 deployment" if len(services) == 1 else f"{len(services)} deployments"
    say(console, f"{deployments}, {wrong or 'nothing'} wrong; {compared}.")


if __name__ == "__main__":
    raise SystemExit(main())

"""A crew of processes at one store, started at the same moment: `python crew.py <job> <count> <url> [<argument>]`.

The modules are imported once and the members forked, so that a crew of twenty takes no longer than one.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tasks.domain.errors import LeaseHeldError
from tasks.store import Store

OTHERS = 7
"""How many race against the one who wins."""


def open_store(url: str, _: str) -> None:
    """Open the store, which none of the crew has created yet."""
    with Store.open(url) as store:
        store.judge_state.clear("anything")


def race(url: str, log: str) -> None:
    """Take the lease or be refused; who has it keeps it until all others have tried."""
    with Store.open(url) as store:
        try:
            with store.leases.hold("race"):
                say(log, "held")
                deadline = time.monotonic() + 20
                while Path(log).read_text(encoding="ascii").count("refused") < OTHERS and time.monotonic() < deadline:
                    time.sleep(0.005)
        except LeaseHeldError:
            say(log, "refused")


def count(url: str, log: str) -> None:
    """Add one to a number in a file, which only works one at a time."""
    number = Path(log)
    with Store.open(url) as store:
        counted = False
        while not counted:
            try:
                with store.leases.hold("count"):
                    before = int(number.read_text(encoding="ascii"))
                    time.sleep(0.01)
                    number.write_text(str(before + 1), encoding="ascii")
                    counted = True
            except LeaseHeldError:
                time.sleep(0.005)


def hold(url: str, log: str) -> None:
    """Hold a lease until killed."""
    with Store.open(url) as store, store.leases.hold("count", owner="the night run"):
        say(log, str(os.getpid()))
        time.sleep(60)


def say(log: str, word: str) -> None:
    """Append a line in one write."""
    with Path(log).open("a", encoding="ascii") as lines:
        lines.write(word + "\n")


def main(job: str, members: str, url: str, argument: str = "") -> None:
    """Fork the members, start them together, and fail if one of them does."""
    waiting, start = os.pipe()
    children = []
    for _ in range(int(members)):
        child = os.fork()
        if not child:
            os.close(start)
            os.read(waiting, 1)
            globals()[job](url, argument)
            os._exit(0)
        children.append(child)
    os.close(start)
    sys.exit(any(os.waitpid(child, 0)[1] for child in children))


if __name__ == "__main__":
    main(*sys.argv[1:])

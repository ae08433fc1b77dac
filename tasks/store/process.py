"""Which process holds a lease, and whether it is known to be dead."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Field 22 of /proc/<pid>/stat, counted after the command's closing bracket: when the process started.
_START_FIELD = 19
_DEAD_STATES = {"Z", "X"}


@dataclass(frozen=True, slots=True)
class Process:
    """A process among all hosts.

    Attributes:
        host: Name of its host, for people.
        place: Where its pid means something: host, boot and pid namespace; containers can share a host's name.
        pid: Its number there.
        started: When it started, in the kernel's ticks; empty where unknown. Numbers are used again, times are not.
    """

    host: str
    place: str
    pid: int
    started: str


def this_process() -> Process:
    """Return the process that calls."""
    pid = os.getpid()
    _, started = _stat(pid)
    return Process(socket.gethostname(), _place(), pid, started)


def known_dead(process: Process) -> bool:
    """Return whether the process is certainly gone; False where that cannot be told from here."""
    if process.place != _place():
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    state, started = _stat(process.pid)
    return state in _DEAD_STATES or bool(started and process.started and started != process.started)


@cache
def _place() -> str:
    parts = [socket.gethostname()]
    try:
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        parts.append(str(Path("/proc/self/ns/pid").readlink()))
    except OSError:
        # No /proc: the host's name has to do.
        return parts[0]
    return " ".join(parts)


def _stat(pid: int) -> tuple[str, str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[_START_FIELD]

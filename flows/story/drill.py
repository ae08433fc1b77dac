"""The judge of the demo: a stand-in model behind a real endpoint on loopback, to be switched off or made stricter."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tasks.domain.errors import JudgeError
from tasks.judging.stand_in import MODEL

_SECONDS = 10


class Drill:
    """A judge under one's own control.

    Args:
        base_url: Its address, as `judge.base_url` takes it.
    """

    model = MODEL

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def conduct(self, **conduct: Any) -> None:
        """Have the judge behave so from now on: `down=True`, `stricter=0.15`; nothing: as a good one."""
        address = f"{self.base_url.removesuffix('/v1')}/conduct"
        asked = urllib.request.Request(address, json.dumps(conduct).encode(), method="POST")  # noqa: S310 (our own)
        with urllib.request.urlopen(asked, timeout=_SECONDS):  # noqa: S310 (our own http address)
            return


@contextmanager
def judge_on_loopback() -> Iterator[Drill]:
    """Start the judge in a process of its own, and end it.

    Raises:
        JudgeError: when it does not start.
    """
    command = [sys.executable, "-m", "tasks.judging.stand_in"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (our own words)
        try:
            address = process.stdout.readline().strip() if process.stdout else ""
            if not address:
                raise JudgeError("the stand-in judge did not start; try `python -m tasks.judging.stand_in`")
            yield Drill(address)
        finally:
            process.terminate()

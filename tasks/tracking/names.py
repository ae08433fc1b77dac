"""Names in MLflow: services and releases come from logs and are not to be trusted."""

from __future__ import annotations

import hashlib
import re

from tasks.domain.evaluation import Evaluation

_SAFE = re.compile(r"[^\w .@+:-]", re.ASCII)
_LONGEST = 100


def safe(name: str) -> str:
    """Return the name as it may stand in an MLflow name: bounded, plain characters, no two names alike.

    >>> safe("support-bot")
    'support-bot'
    >>> safe("a/b") == safe("a_b")
    False
    >>> safe("..")
    '~5ec1f7e7'
    """
    # Names of dots alone would be other folders, where artifacts are files.
    plain = _SAFE.sub("_", name)[:_LONGEST].strip(" .")
    return plain if plain == name else f"{plain}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def storable(text: str) -> str:
    """Return the text as every database and file takes it: half characters and NUL replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def experiment_name(service: str) -> str:
    """Return the experiment of a service."""
    return f"plumbline/{safe(service)}"


def release_run_name(evaluation: Evaluation) -> str:
    """Return the name of a release's run: its timeline."""
    return f"{safe(evaluation.service)}@{safe(evaluation.release)}"


def window_run_name(evaluation: Evaluation) -> str:
    """Return the name of a window's run: when, which release, what came out."""
    return f"{evaluation.window.start:%Y-%m-%dT%H:%MZ} {safe(evaluation.release)} {evaluation.verdict.value}"

"""Artifacts in Prefect: Markdown with a key for each service; names and words of others are escaped in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from prefect.artifacts import create_markdown_artifact

from flows.running.aside import is_aside
from tasks.domain.markdown import escaped


def leave(kind: str, service: str, markdown: str, description: str) -> None:
    """Leave an artifact with the key `<kind>-<service>`; a replay leaves none.

    Args:
        kind: E.g. `verdict`.
        service: Whose.
        markdown: Ids, numbers and escaped words; never text of users.
        description: Stands beside it in lists; plain words.
    """
    if is_aside():
        return
    create_markdown_artifact(key=f"{kind}-{slug(service)}", markdown=markdown, description=escaped(description))


def slug(name: str) -> str:
    """Return the name as it may stand in the key of a Prefect artifact."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "service"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a Markdown table; cells are plain words, and stay words."""
    lines = [head, ["---"] * len(head), *([escaped(cell) for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]

"""`report.html` of a study: a comparison, a calibration, a plan; words first, then the picture, then the figures."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from tasks.tracking.pages.page import page


def study_page(
    title: str,
    text: str,
    figure: Markup | None,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
) -> str:
    """Return the page of a study.

    Args:
        title: Heads the page.
        text: What was found, a paragraph a line.
        figure: The picture; None for none.
        head: Names of the table's columns.
        rows: Its cells; the first of each row says what the row is of.
        caption: What the picture shows.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    return page("study.html.j2", title=title, lines=lines, figure=figure, head=head, rows=rows, caption=caption)

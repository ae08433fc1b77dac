"""The verdict as MLflow shows it in a run's description: Markdown in which lines break and names cannot format."""

from __future__ import annotations

from tasks.domain.markdown import escaped

_AT_MOST = 4_900  # MLflow refuses tags of more than 5,000 characters (8,000 in later versions)


def note_of(text: str) -> str:
    r"""Return the verdict's plain text as Markdown: a headline, reasons as a list, a paragraph a line.

    The headline is not bold: the table of runs shows descriptions as they are written.

    >>> note_of("PASS bot 1.\nBaseline: 2 [x](y).")
    'PASS bot 1.\n\nBaseline: 2 &#91;x&#93;(y).'
    """
    headline, *rest = [escaped(line.strip()) for line in text.splitlines() if line.strip()] or [""]
    pieces = [headline] if headline else []
    before = ""
    for line in rest:
        # Without an empty line before it, a line would run on in the list item or paragraph above.
        pieces.append(line if line.startswith("- ") and before.startswith("- ") else f"\n{line}")
        before = line
    note = "\n".join(pieces)
    return note if len(note) <= _AT_MOST else f"{note[: _AT_MOST - 2]} …"

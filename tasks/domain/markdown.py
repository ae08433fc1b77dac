"""Text of people and logs inside Markdown, as Prefect and MLflow show it: it stays text and reads as written."""

from __future__ import annotations

import re

from tasks.domain.naming import line

_AS_ENTITIES = re.compile(r"[&<\\`*\[\]|]|~~|(?<!\S)@(?=\w)|@(?=[\w-]+\.\w)|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""What begins a tag, link, picture, format or cell, and what makes a bare address, mail or name a link."""


def escaped(text: str) -> str:
    """Return the text for one line of Markdown, in a table too.

    Entities rather than backslashes: a backslash before one turns it into nothing, and dialects disagree on which
    characters it may stand before. Underscores stay: they format no word from within, and column names need them.

    >>> escaped("[x](http://evil) <b> latency_ms")
    '&#91;x&#93;(http&#58;//evil) &#60;b> latency_ms'
    """
    return _AS_ENTITIES.sub(lambda match: "".join(f"&#{ord(one)};" for one in match[0]), line(text))

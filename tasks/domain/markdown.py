"""Text of people and logs inside Markdown, as Prefect and MLflow show it: it stays text and reads as written."""

from __future__ import annotations

import re

from tasks.domain.naming import line, undirected

_AS_ENTITIES = re.compile(
    r"[&<\\`*\[\]|]|~~|(?<![^\W_])_+|_+(?![^\W_])|(?<!\S)@(?=\w)|@(?=[\w-]+\.\w)|:(?=//)|(?<=www)\.", re.IGNORECASE
)
"""What begins a tag, link, picture, format or cell, and what makes a bare address, mail or name a link."""

_LEADS_AWAY = re.compile(r"(?<=!)(?=\[)|(?<=\])(?=[(:])")
"""Between the two characters that make a picture, a link or the address of one."""


def escaped(text: str) -> str:
    """Return the text for one line of Markdown, in a table too.

    Entities rather than backslashes: a backslash before one turns it into nothing, and dialects disagree on which
    characters it may stand before. Underscores within words stay: they format nothing there, and column names need
    them.

    >>> escaped("[x](http://evil) <b> latency_ms")
    '&#91;x&#93;(http&#58;//evil) &#60;b> latency_ms'
    """
    return _AS_ENTITIES.sub(lambda match: "".join(f"&#{ord(one)};" for one in match[0]), line(text))


def inert(text: str) -> str:
    r"""Return a whole text for a viewer that may or may not take it for Markdown: it loads, hides and links nothing.

    Entities would be read as such where it does not. A word joiner, which nobody sees, parts what would make a picture,
    which is fetched from its address as soon as somebody looks, or words that lead elsewhere. Bare addresses may still
    become links: to what they say.

    >>> inert("![x](https://evil)").encode("ascii", "backslashreplace")
    b'!\\u2060[x]\\u2060(https://evil)'
    """
    return _LEADS_AWAY.sub("\N{WORD JOINER}", undirected(text))

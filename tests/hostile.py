"""Texts that try to be more than text, wherever prompts, responses, reasons and names come out; and what reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt

HOSTILE = [
    # Tags and attributes, templates, SQL.
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "</title></style><iframe src=//evil.example>",
    "{{ 7 * 7 }}{% raw %} ${alert(1)} {{constructor.constructor('alert(1)')()}}",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style><details open ontoggle=alert(1)>",
    "<style>@import '//evil.example/x.css'</style><base href=//evil.example><meta http-equiv=refresh content=0>",
    "</script><iframe srcdoc='<script>alert(1)</script>'></iframe><form action=//evil.example><button>ok --> ]]>",
    "javascript:alert(1)",
    "'; DROP TABLE runs; --",
    # Links and pictures of Markdown, also behind a backslash, by reference, as an entity or bare.
    "[click](javascript:alert(1))",
    "\\[click](javascript:alert(1))",
    "![x](https://evil.example/seen.png)",
    "<https://evil.example>",
    "[x][1] and\n\n[1]: javascript:alert(1)",
    "&#91;x](javascript:alert(1)) &lt;script&gt;",
    "[x](data:text/html,<script>alert(1)</script>) ![y](//evil.example/seen.png) [z]( java\tscript&colon;alert(1))",
    '```mermaid\ngraph TD; A["<img src=x onerror=alert(1)>"]\n```\n$$\\href{javascript:alert(1)}{x}$$',
    "HTTPS://evil.example/login or www.evil.example or root@evil.example",
    # Cells, code and lines of their own.
    "a | b \\| c \\\\| d",
    "`</code>` **bold** ~~gone~~ _slant_ __init__ (_a_) latency_ms",
    "first\r\n# heading\u2028> quote",
    # Mentions of people in chats, reading turned round.
    "<!channel> @here <@U123>",
    "safe\u202egnp.exe",
    # What terminals obey, lines that look like somebody else's, words without end.
    "\x1b[2J\x1b]0;owned\x07\x9b31mred\x08\x7f",
    "PASS\x85FAIL\u2029- rolled back\x0b\n2026-01-01 | ERROR",
    "W" * 3000,
    # Formulas of spreadsheets.
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    "\uff0bcmd \uff0d1 \uff20SUM(1)",
]

_LINKED_BY_ITSELF = re.compile(r"://|www\.|[\w.+-]@[\w-]+\.\w|(^|\s)@\w", re.IGNORECASE)
"""What dialects make a link of without being told to: addresses, mail, GitHub names."""


@dataclass
class Shown:
    """What Markdown becomes where it is shown.

    Attributes:
        text: The words, line by line.
        links: Where links lead; pictures too.
        tags: Tags of HTML that would reach the page.
        cells: How many cells each row of a table has.
    """

    text: str = ""
    links: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)


def shown(markdown: str) -> Shown:
    """Read Markdown as a viewer does that lets HTML through; bare addresses count as links."""
    seen = Shown()
    for block in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(markdown):
        if block.type == "tr_open":
            seen.cells.append(0)
        elif block.type in {"td_open", "th_open"}:
            seen.cells[-1] += 1
        elif block.type == "html_block":
            seen.tags.append(block.content)
        for token in block.children or ():
            if token.type in {"link_open", "image"}:
                seen.links.append(str(token.attrs.get("href") or token.attrs.get("src")))
            elif token.type == "html_inline":
                seen.tags.append(token.content)
            elif token.type in {"text", "code_inline", "text_special"}:
                seen.text += token.content
        seen.text += "\n" if block.type == "inline" else ""
    # Dialects look for them in what was written, where an entity is no character.
    written = re.sub(r"\]\([^)\s]*\)", "]", markdown)
    seen.links += [match[0] for match in _LINKED_BY_ITSELF.finditer(written)]
    return seen

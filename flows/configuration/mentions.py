"""What a file that cannot be read as it is meant may name all the same."""

from __future__ import annotations

import re

_FILLED_IN = re.compile(r"{{.*?}}")
_NAME_WITH_PLACEHOLDER = re.compile(r"""name:\s*["']?([^"'\n#]*{{[^\n]*?}}[^"'\s,}#]*)""")


def mentions(text: str, name: str) -> bool:
    r"""Whether a name stands anywhere in a file's text, or may be what one of its placeholders would make.

    >>> mentions("- nmae: support-desk", "support-desk"), mentions("- name: support-desk", "support")
    (True, False)
    >>> mentions("- name: \"{{ $STAGE }}-bot\"", "test-bot"), mentions("- name: \"{{ $STAGE }}-bot\"", "test-cat")
    (True, False)
    """
    if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
        return True
    return any(
        re.fullmatch(".*".join(map(re.escape, _FILLED_IN.split(given.strip()))), name)
        for given in _NAME_WITH_PLACEHOLDER.findall(text)
    )

"""What YAML does in silence: a key given twice loses the first, a merge replaces nested settings whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import yaml

_MERGE = "tag:yaml.org,2002:merge"


def repeated_keys(text: str) -> list[str]:
    """Return in words the keys that stand twice in one mapping; the last one counts in YAML, without a warning."""
    words = []
    for mapping in _mappings(text):
        seen: dict[str, int] = {}
        for key, _ in mapping.value:
            line = key.start_mark.line + 1
            if key.tag != _MERGE and key.value in seen:
                words.append(f"{key.value!r} stands twice in one mapping, in lines {seen[key.value]} and {line}")
            seen[str(key.value)] = line
    return words


def shallow_merges(text: str) -> list[str]:
    r"""Return in words what a `<<: *anchor` does not take over, because the same key is given beside it.

    >>> shallow_merges("a: &a {policy: {mode: auto, cooldown: 2h}}\\nb: {<<: *a, policy: {mode: off}}")
    ["line 2: 'policy' replaces the anchor's whole; not taken over: cooldown"]
    """
    words = []
    for mapping in _mappings(text):
        given = {key.value: (key, node) for key, node in mapping.value if key.tag != _MERGE}
        for base in _merged(mapping):
            for key, node in base.value:
                if key.value not in given or not isinstance(node, yaml.MappingNode):
                    continue
                mark, replacing = given[key.value]
                lost = [name for name in _keys(node) if name not in _keys(replacing)]
                if isinstance(replacing, yaml.MappingNode) and lost:
                    line = mark.start_mark.line + 1
                    words.append(
                        f"line {line}: {key.value!r} replaces the anchor's whole; not taken over: {', '.join(lost)}"
                    )
    return words


def _mappings(text: str) -> Iterator[yaml.MappingNode]:
    waiting: list[yaml.Node | None] = [yaml.compose(text, Loader=yaml.SafeLoader)]
    known: set[int] = set()
    while waiting:
        node = waiting.pop(0)
        # Aliases are the same node again.
        if node is None or id(node) in known:
            continue
        known.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield node
            waiting.extend(chain.from_iterable(node.value))
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)


def _merged(mapping: yaml.MappingNode) -> list[yaml.MappingNode]:
    bases = [node for key, node in mapping.value if key.tag == _MERGE]
    several = chain.from_iterable(node.value if isinstance(node, yaml.SequenceNode) else [node] for node in bases)
    return [node for node in several if isinstance(node, yaml.MappingNode)]


def _keys(node: yaml.Node) -> list[str]:
    if not isinstance(node, yaml.MappingNode):
        return []
    own = [str(key.value) for key, _ in node.value if key.tag != _MERGE]
    return own + [name for base in _merged(node) for name in _keys(base) if name not in own]

"""What YAML does in silence is said."""

from __future__ import annotations

import pytest
import yaml

from flows.configuration.traps import repeated_keys, shallow_merges


def test_a_key_given_twice_is_named_with_both_lines() -> None:
    """YAML takes the last one and says nothing."""
    text = "a:\n  mode: auto\n  x: 1\n  mode: off\n"
    assert yaml.safe_load(text)["a"]["mode"] is False
    assert repeated_keys(text) == ["'mode' stands twice in one mapping, in lines 2 and 4"]


def test_a_merge_loses_what_stands_deeper_in_the_anchor() -> None:
    """The nested mapping beside the merge replaces the anchor's whole."""
    text = "a: &a {policy: {mode: auto, cooldown: 2h}}\nb: {<<: *a, policy: {mode: dry_run}}\n"
    assert yaml.safe_load(text)["b"] == {"policy": {"mode": "dry_run"}}
    assert shallow_merges(text) == ["line 2: 'policy' replaces the anchor's whole; not taken over: cooldown"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: &a {policy: {mode: auto}}\nb: {<<: *a, window: 1h}\n",
        "p: &p {mode: auto, cooldown: 2h}\na: &a {policy: *p}\nb: {<<: *a, policy: {<<: *p, mode: dry_run}}\n",
        "a: &a {mode: auto}\nb: *a\nc: *a\n",
        "a: &a [1, *a]\n",
    ],
)
def test_what_loses_nothing_is_not_mentioned(text: str) -> None:
    """A merge of the inner anchor as well is how to do it; aliases and circles are no repetition."""
    assert repeated_keys(text) == shallow_merges(text) == []

"""Sticky, uniform, independent between salts, and the same in another language."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from scipy import stats

from tasks.experiments.assignment import assign

HALVES = {"control": 0.5, "candidate": 0.5}
CASES = [
    {"unit": unit, "salt": salt, "shares": shares}
    for unit in ("anna", "ben", "céline", "", "会話-7", "u" * 200, "🦊")
    for salt in ("tone-test", "tone-test-2", "λ", "s" * 100)
    for shares in (HALVES, {"10": 1, "9": 2, "é": 3, "z": 1}, {"1.4": 90, "1.5": 10}, {"only": 1})
]
README = Path(__file__).parents[2] / "README.md"
IN_NODE = """
const crypto = require("crypto");
const cases = JSON.parse(require("fs").readFileSync(0));
{}
console.log(JSON.stringify(cases.map(({{unit, salt, shares}}) => assign(unit, salt, shares))));
"""


@pytest.mark.parametrize(
    ("shares", "words"),
    [({}, "empty"), ({"a": 0, "b": 1}, "share 0 of 'a'"), ({"a": -1}, "'a'"), ({"a": math.nan}, "share nan of 'a'")],
)
def test_shares_that_are_none_are_refused_by_name(shares, words):
    """Before anyone is assigned."""
    with pytest.raises(ValueError, match=words):
        assign("anna", "tone-test", shares)


VECTORS = "control candidate candidate control candidate candidate control candidate".split()


def test_the_vectors_are_those_of_the_documentation():
    """Written down: a change of the algorithm would move every user of a running test."""
    assert [assign(unit, "tone-test", {"1.4": 90, "1.5": 10}) for unit in ("anna", "ben", "zoe", "u-17", "u-18")] == [
        "1.4", "1.4", "1.5", "1.4", "1.4",
    ]  # fmt: skip
    assert [assign(f"user-{n}", "tone-test", HALVES) for n in range(8)] == VECTORS


def test_a_unit_sticks_whatever_the_order_and_the_scale_of_the_shares():
    """The same test told in another way is the same test."""
    turned = {"candidate": 50, "control": 50}
    assert all(assign(f"user-{n}", "tone-test", HALVES) == assign(f"user-{n}", "tone-test", turned) for n in range(500))


@pytest.mark.parametrize("shares", [HALVES, {"1.4": 90, "1.5": 10}, {"a": 1, "b": 2, "c": 3, "d": 4}])
def test_shares_are_kept_for_serial_ids(shares):
    """Chi-square on 40,000 ids that differ in their last digits only."""
    seen = Counter(assign(f"session-{n:08d}", "tone-test", shares) for n in range(40_000))
    total = sum(shares.values())
    p = stats.chisquare([seen[name] for name in shares], [40_000 * share / total for share in shares.values()]).pvalue
    assert p > 1e-3


def test_two_salts_assign_independently():
    """Chi-square on the table of both assignments."""
    table = Counter((assign(f"u{n}", "one", HALVES), assign(f"u{n}", "two", HALVES)) for n in range(20_000))
    rows = [[table[a, b] for b in HALVES] for a in HALVES]
    assert stats.chi2_contingency(rows).pvalue > 1e-3


def test_raising_a_share_moves_units_only_towards_it():
    """Nobody who has seen the candidate goes back."""
    before, after = {"1.4": 90, "1.5": 10}, {"1.4": 60, "1.5": 40}
    moved = {(assign(f"u{n}", "s", before), assign(f"u{n}", "s", after)) for n in range(5_000)}
    assert moved == {("1.4", "1.4"), ("1.4", "1.5"), ("1.5", "1.5")}


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_node_assigns_alike():
    """The lines of JavaScript in the README, on ids, salts and names of every kind."""
    lines = re.search(r"```js\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert lines is not None
    told = subprocess.run(
        ["node", "-e", IN_NODE.format(lines[1])],
        input=json.dumps(CASES),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(told.stdout) == [assign(**case) for case in CASES]

"""The evidence bundle of a decision: one file from which its verdict can be recomputed elsewhere, years later."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Any

import msgspec

from flows.evaluating.deciding import ReleaseOnTrial
from flows.evaluating.neighbours import Neighbours
from flows.evaluating.rules import Rules
from tasks.decisions.baseline import BaselineChoice
from tasks.decisions.lines import thresholds
from tasks.domain.errors import StoreError
from tasks.domain.evaluation import Evaluation
from tasks.domain.settings.monitors import Monitors
from tasks.domain.settings.policy import Policy
from tasks.domain.summary import WindowSummary
from tasks.domain.window import Window

NAME = "bundle.json.gz"
_TOLERANCE = 1e-9
_LIBRARIES = ("plumbline", "numpy", "scipy", "pandas", "pydantic", "genai-prices")


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came out of computing a decision again.

    Attributes:
        equal: Whether verdict, failure and evidence are the recorded ones.
        words: In words, naming each difference.
    """

    equal: bool
    words: str


def bundle(
    on_trial: ReleaseOnTrial,
    evaluation: Evaluation,
    summaries: Mapping[str, Sequence[WindowSummary]],
    settings: Mapping[str, Any],
    key: bytes,
) -> bytes:
    """Return the bundle of a decided window: everything its verdict rests on, and no text of users.

    Summaries hold counts of scores and keyed hashes of contents: equal ones stay equal, which is all that counts, and
    nobody can try out with the bundle what somebody may have written. Prices are in the monitors' settings, the
    packaged table is named by its version.

    Args:
        on_trial: The release, as it stands after the window.
        evaluation: What was decided.
        summaries: Of each release of the service up to the window's end, in time order.
        settings: Rubric text and whatever else is to be on record.
        key: Of the hashes, random and kept by nobody.
    """
    rules, choice = on_trial.rules, on_trial.baseline
    body = {
        "service": rules.service,
        "release": evaluation.release,
        "window": [evaluation.window.start.isoformat(), evaluation.window.end.isoformat()],
        "decision_id": evaluation.decision_id,
        "since": on_trial.since.isoformat(),
        "rules": {
            "monitors": rules.monitors.model_dump(mode="json"),
            "policy": rules.policy.model_dump(mode="json"),
            "config_hash": rules.config_hash,
            "coverage_floor": rules.coverage_floor,
            "max_quarantined": rules.max_quarantined,
        },
        "baseline": {
            "release": choice.release,
            "windows": [[window.start.isoformat(), window.end.isoformat()] for window in choice.windows],
            "scored": choice.scored,
            "words": choice.words,
        },
        "summaries": {
            name: [msgspec.to_builtins(_keyed(summary, key), str_keys=True) for summary in kept]
            for name, kept in summaries.items()
        },
        "decided": _decided(evaluation),
        "on_record": dict(settings),
        "versions": {name: version(name) for name in _LIBRARIES},
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    whole = json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest(), "body": body}, sort_keys=True, default=str)
    return gzip.compress(whole.encode(), mtime=0)


def recompute(packed: bytes) -> Recomputed:
    """Decide the bundled window again, from nothing but the bundle.

    Raises:
        StoreError: when it is no bundle, or was changed since it was written.
    """
    body = _opened(packed)
    length = Window(*(datetime.fromisoformat(at) for at in body["window"])).length
    monitors = Monitors.model_validate(body["rules"].pop("monitors"))
    policy = Policy.model_validate(body["rules"].pop("policy"))
    rules = Rules(
        service=body["service"], monitors=monitors, policy=policy, lines=thresholds(policy, length), **body["rules"]
    )
    summaries = {
        name: [msgspec.convert(one, WindowSummary, str_keys=True) for one in kept]
        for name, kept in body["summaries"].items()
    }
    windows = tuple(Window(*(datetime.fromisoformat(at) for at in pair)) for pair in body["baseline"]["windows"])
    choice = BaselineChoice(
        body["baseline"]["release"], windows, body["baseline"]["scored"], own=False, words=body["baseline"]["words"]
    )
    starts = {window.start for window in windows}
    reference = [
        one for one in summaries[choice.release] if one.window_start in starts and one.window_end <= windows[-1].end
    ]
    since = datetime.fromisoformat(body["since"])
    on_trial = ReleaseOnTrial(body["release"], rules, choice, reference, since=since)
    around = Neighbours.remembered(summaries)
    evaluation = None
    for summary in summaries[body["release"]]:
        if summary.window_start >= since:
            evaluation = on_trial.take(summary, around.of(summary, on_trial), statistics=False)
    if evaluation is None:
        raise StoreError("the bundle holds no window of its release")
    return _compared(body["decided"], _decided(evaluation))


def _keyed(summary: WindowSummary, key: bytes) -> WindowSummary:
    """Return the summary with its contents hashed once more, under the key."""
    hashed = [
        int.from_bytes(hashlib.blake2b(str(content).encode(), digest_size=7, key=key).digest(), "big")
        for content in summary.judged.content
    ]
    return msgspec.structs.replace(summary, judged=msgspec.structs.replace(summary.judged, content=hashed))


def _decided(evaluation: Evaluation) -> dict[str, Any]:
    failure = evaluation.failure
    return {
        "verdict": evaluation.verdict.value,
        "failed_since": failure.since.isoformat() if failure else None,
        "failed_by": list(failure.monitors) if failure else [],
        "failure": failure.reason if failure else None,
        "evidence": evaluation.evidence,
        "warn": evaluation.lines.warn,
        "rollback": evaluation.lines.rollback,
    }


def _compared(before: Mapping[str, Any], now: Mapping[str, Any]) -> Recomputed:
    differ = [name for name in before if name != "evidence" and not _same(before[name], now[name])]
    names = before["evidence"].keys() | now["evidence"].keys()
    differ += [
        f"evidence/{name}"
        for name in sorted(names)
        if not _same(before["evidence"].get(name), now["evidence"].get(name))
    ]
    if not differ:
        return Recomputed(equal=True, words=f"equal: {before['verdict']} ({before['failure']})")
    told = "; ".join(f"{name}: recorded {_of(before, name)}, now {_of(now, name)}" for name in differ)
    return Recomputed(equal=False, words=f"not equal: {told}")


def _of(decided: Mapping[str, Any], name: str) -> Any:
    part, _, monitor = name.partition("/")
    return decided[part].get(monitor) if monitor else decided[part]


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _TOLERANCE * max(1.0, abs(one))
    return bool(one == other)


def _opened(packed: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(gzip.decompress(packed))
        body, digest = whole["body"], whole["sha256"]
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"this is no evidence bundle, or it was changed ({type(error).__name__})") from error
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise StoreError("the bundle was changed since it was written: its content does not match its digest")
    opened: dict[str, Any] = body
    return opened

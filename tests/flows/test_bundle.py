"""The bundle of a decision recomputes to the same verdict anywhere, and a changed byte is found."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.evaluating.evidence_bundle import NAME, recompute
from tasks.domain.errors import StoreError
from tasks.domain.summary import WindowSummary
from tasks.registry import connect
from tasks.store import Store
from tasks.store.summaries import summaries
from tests.flows.test_rollback import END, run, two_releases  # noqa: F401 (fixtures)


@pytest.fixture
def packed(two_releases: Path, service: str) -> bytes:  # noqa: F811 (fixtures)
    """The bundle of the newest failed window, as MLflow keeps it."""
    report = run(service, two_releases, "off")
    assert report.verdict == "fail"
    client, _ = connect()
    place = client.download_artifacts(report.windows[-1].mlflow_run_id, NAME, str(two_releases.parent))
    return Path(place).read_bytes()


def repacked(packed: bytes, **changes: object) -> bytes:
    """The bundle with another content and a digest that fits it."""
    body = json.loads(gzip.decompress(packed))["body"]
    body["decided"] |= changes
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return gzip.compress(json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest(), "body": body}).encode())


def stored(store: Store, service: str) -> list[WindowSummary]:
    """What the store has of release 1."""
    (asked,) = {row.asked_hash for row in store._database.rows(select(summaries.c.asked_hash).distinct())}
    week = END - timedelta(days=7)
    return store.summaries.between(service, "1", week, END, timedelta(hours=6), asked)


def by_command(file: Path) -> subprocess.CompletedProcess[str]:
    """Recompute a file as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "flows.bundle", str(file)], cwd=file.parent, capture_output=True, text=True, check=False
    )


def test_a_bundle_recomputes_to_the_same_verdict_in_another_place(
    packed: bytes,
    service: str,
    tmp_path: Path,
) -> None:
    """Also by the command, from a folder without a store; no text of users is in it."""
    result = recompute(packed)
    assert result.equal, result.words
    assert result.words.startswith("equal: fail (0.7")
    assert b"parcel" not in gzip.decompress(packed).lower()
    told = json.loads(gzip.decompress(packed))["body"]["summaries"]["1"]
    hashed = [content for summary in told for content in summary["judged"]["content"]]
    with Store.open() as store:
        known = [content for summary in stored(store, service) for content in summary.judged.content]
    assert len(hashed) == len(known) > 100
    assert not set(hashed) & set(known)
    assert len(set(hashed)) == len(set(known))
    file = tmp_path / "elsewhere" / NAME
    file.parent.mkdir()
    file.write_bytes(packed)
    told = by_command(file)
    assert (told.returncode, told.stdout[:12]) == (0, "equal: fail ")
    file.write_bytes(packed[:-6] + bytes([packed[-6] ^ 1]) + packed[-5:])
    told = by_command(file)
    assert (told.returncode, told.stdout) == (2, "")
    assert "it was changed" in told.stderr

    with pytest.raises(StoreError, match="changed since it was written"):
        recompute(gzip.compress(gzip.decompress(packed).replace(b'"margin": 0.02', b'"margin": 0.03', 1)))
    for at in (20, len(packed) // 2, len(packed) - 6):
        with pytest.raises(StoreError, match="changed"):
            recompute(packed[:at] + bytes([packed[at] ^ 1]) + packed[at + 1 :])
    forged = recompute(repacked(packed, verdict="pass", warn=1.0))
    assert not forged.equal
    assert "verdict: recorded pass, now fail" in forged.words
    with pytest.raises(StoreError, match="no evidence bundle"):
        recompute(b"something else")

"""A message to people on call: what happened, how sure that is, what to do. Never a word of users."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from tasks.domain.naming import storable

_LONGEST = 500
_MARKUP = re.compile(r"[\[\]<>`*_|@#\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]|(?<=:)(?=//)|(?<=www)\.", re.IGNORECASE)
"""What chats and mail read as markup, as a mention of people, or as an address to make a link of."""


class Kind(StrEnum):
    """What a message is about, one a state change."""

    WARN = "warn"
    FAIL = "fail"
    PASSED = "passed"
    JUDGE_UNHEALTHY = "judge_unhealthy"
    JUDGE_STEADY = "judge_steady"
    ROLLBACK_REQUESTED = "rollback_requested"
    ROLLBACK_DONE = "rollback_done"
    ROLLBACK_REFUSED = "rollback_refused"
    ROLLBACK_FAILED = "rollback_failed"
    RECOVERED = "recovered"
    NOT_THE_CAUSE = "not_the_cause"
    MOVED_OUTSIDE = "moved_outside"
    STALE = "stale"
    UNDONE = "undone"
    COMPARED = "compared"
    PROMOTION_REQUESTED = "promotion_requested"
    NOT_PROMOTED = "not_promoted"
    CAPACITY_SHORT = "capacity_short"
    SCALING_REQUESTED = "scaling_requested"
    SCALING_FAILED = "scaling_failed"


_HEADLINES = {
    Kind.WARN: "something moved",
    Kind.FAIL: "the release failed",
    Kind.PASSED: "back to pass",
    Kind.JUDGE_UNHEALTHY: "the judge is unhealthy, verdicts are undecided",
    Kind.JUDGE_STEADY: "the judge is steady again",
    Kind.ROLLBACK_REQUESTED: "a rollback waits for a person's yes",
    Kind.ROLLBACK_DONE: "rolled back",
    Kind.ROLLBACK_REFUSED: "not rolled back",
    Kind.ROLLBACK_FAILED: "a rollback failed",
    Kind.RECOVERED: "recovered after the rollback",
    Kind.NOT_THE_CAUSE: "not recovered: the release was not the cause",
    Kind.MOVED_OUTSIDE: "live was moved by others",
    Kind.STALE: "not evaluated for too long",
    Kind.UNDONE: "a rollback was undone",
    Kind.COMPARED: "an A/B test is decided",
    Kind.PROMOTION_REQUESTED: "a promotion waits for a person's yes",
    Kind.NOT_PROMOTED: "the candidate was not promoted",
    Kind.CAPACITY_SHORT: "the traffic to come needs more replicas than allowed",
    Kind.SCALING_REQUESTED: "a plan of replicas waits for a person's yes",
    Kind.SCALING_FAILED: "a plan of replicas could not be applied",
}

_WHAT_TO_DO = {
    Kind.WARN: "Look at the window in MLflow; nothing was switched, and nothing has to be done at once.",
    Kind.FAIL: "Look at the report: it names what fell, since when, and how sure that is.",
    Kind.PASSED: "Nothing to do.",
    Kind.JUDGE_UNHEALTHY: "Check the judge's endpoint, key and quota; open windows are tried again by themselves.",
    Kind.JUDGE_STEADY: "Nothing to do: open windows are being filled.",
    Kind.ROLLBACK_REQUESTED: "Open the paused roll_back run in Prefect and answer its form.",
    Kind.ROLLBACK_DONE: "Nothing to do at once: recovery is watched. Fix the release, then release it anew.",
    Kind.ROLLBACK_REFUSED: "Decide by hand: the reason names what was missing; roll_back takes another release.",
    Kind.ROLLBACK_FAILED: "Act now: look what each target serves and switch by hand; the next run tries again.",
    Kind.RECOVERED: "Nothing to do.",
    Kind.NOT_THE_CAUSE: "Look elsewhere: upstream data, retrieval, traffic. The rollback did not help.",
    Kind.MOVED_OUTSIDE: "Nothing to do if it was meant; use the release flow, so that it is recorded who and why.",
    Kind.STALE: "Check the schedule, the work pool and its worker.",
    Kind.UNDONE: "Nothing to do: evidence starts anew.",
    Kind.COMPARED: "Read what was decided and done; in mode dry_run or off, promote or stop the candidate by hand.",
    Kind.PROMOTION_REQUESTED: "Open the paused promote run in Prefect and answer its form.",
    Kind.NOT_PROMOTED: "The reason names what was missing; run promote again, or release with route all.",
    Kind.CAPACITY_SHORT: "Raise autoscaling.max_replicas of the next release, or accept that requests will wait.",
    Kind.SCALING_REQUESTED: "Open the paused scale run in Prefect and answer its form.",
    Kind.SCALING_FAILED: "Look what the target follows; the plan stands in MLflow with its manifest, to apply by hand.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What people are told.

    Attributes:
        kind: What it is about.
        service: Which service.
        release: Which release, where it is about one.
        lines: What is known, in words.
        owner: Whose service it is.
        runbook: Where it says more.
        link: Where to look.
    """

    kind: Kind
    service: str
    release: str | None = None
    lines: tuple[str, ...] = ()
    owner: str | None = None
    runbook: str | None = None
    link: str | None = None

    @property
    def title(self) -> str:
        """One line: service, release, what happened."""
        named = plain(self.service) + (f" {plain(self.release)}" if self.release else "")
        return f"{named}: {_HEADLINES[self.kind]}"

    @property
    def what_to_do(self) -> str:
        """What whoever reads it does next."""
        return _WHAT_TO_DO[self.kind]

    @property
    def text(self) -> str:
        """The message below its title, plain text."""
        rows = [plain(line) for line in self.lines]
        rows.append(f"What to do: {self.what_to_do}")
        rows += [f"Owner: {plain(self.owner)}"] if self.owner else []
        rows += [f"Runbook: {_one_line(self.runbook)}"] if self.runbook else []
        rows += [f"Look: {_one_line(self.link)}"] if self.link else []
        return "\n".join(rows)

    def payload(self) -> dict[str, Any]:
        """Return it as a webhook gets it."""
        known = asdict(self) | {"kind": self.kind.value, "lines": [plain(line) for line in self.lines]}
        return known | {"title": self.title, "text": self.text, "what_to_do": self.what_to_do}

    def to_body(self) -> dict[str, Any]:
        """Return it as the store keeps it."""
        return asdict(self) | {"kind": self.kind.value, "lines": list(self.lines)}

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> Self:
        """Return what `to_body` kept."""
        return cls(**dict(body) | {"kind": Kind(body["kind"]), "lines": tuple(body["lines"])})


def plain(text: str) -> str:
    """Return words that stay words in mail, chat and Markdown: names come from logs.

    >>> plain("bot <!channel> [click](http://evil)")
    'bot  !channel   click (http: //evil)'
    """
    return _MARKUP.sub(" ", storable(text))[:_LONGEST]


def _one_line(text: str) -> str:
    return re.sub(r"\s", "", storable(text))[:_LONGEST]

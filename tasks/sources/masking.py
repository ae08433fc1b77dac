"""Masking of personal data in the sampled rows, before judge, MLflow, report or alerts see any of them.

Numbers that check themselves (cards, IBAN) and telephone numbers that exist (by `phonenumbers`, Google's library) are
recognized by more than their shape, so that order numbers and dates stay readable for the judge. Equal values of one
interaction get the same mark, `<PHONE_1>`, so that it can still be judged whether the answer names the right one.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from tasks.domain.interaction import Interaction
from tasks.domain.settings.logs import MASKS, Mask

_TEXTS = ("prompt", "response", "context", "reference", "error")

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b")
_SECRET = re.compile(
    r"\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]{1,16}[-_]){0,3}[A-Za-z0-9_-]{16,200}"
    r"|\bgh[pousr]_[A-Za-z0-9]{36,255}|\bglpat-[\w-]{20,64}|\bxox[abprs]-[\w-]{10,200}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\beyJ[\w-]{8,2000}\.eyJ[\w-]{8,4000}\.[\w-]{8,1000}|(?<=://)[^\s/:@]{1,64}:[^\s/@]{1,64}(?=@)"
    r"|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,20}PRIVATE KEY-----"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_IP = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4})(?![\w:]|\.\d)")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_PHONE = re.compile(r"(?<![\w.,<_-])[+(]?\d[\d ()./-]{5,22}\d(?![\w-])")

_DATE = re.compile(r"\b(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})\b")


@dataclass(frozen=True, slots=True)
class Recognizer:
    """One kind of personal data: where it may stand, and whether it does.

    Attributes:
        shape: Finds candidates, in time linear in the text.
        real: Whether a candidate is one.
    """

    shape: re.Pattern[str]
    real: Callable[[str, str], bool]


def masked(interactions: Iterable[Interaction], kinds: Iterable[Mask], region: str) -> Iterator[Interaction]:
    """Give interactions with personal data replaced by marks.

    Args:
        interactions: As the logs have them.
        kinds: What is masked.
        region: Where telephone numbers without a country code belong, such as "US".
    """
    wanted = [(kind, _RECOGNIZERS[kind]) for kind in MASKS if kind in set(kinds)]
    for interaction in interactions:
        marks: dict[tuple[str, str], str] = {}
        texts = {name: text for name in _TEXTS if (text := getattr(interaction, name))}
        hidden = {name: _hidden(text, wanted, region, marks) for name, text in texts.items()}
        yield msgspec.structs.replace(interaction, **hidden) if hidden != texts else interaction


def _hidden(text: str, wanted: list[tuple[Mask, Recognizer]], region: str, marks: dict[tuple[str, str], str]) -> str:
    for kind, recognizer in wanted:

        def mark(found: re.Match[str], kind: str = kind, real: Callable[[str, str], bool] = recognizer.real) -> str:
            if not real(found[0], region):
                return found[0]
            same = (kind, re.sub(r"[\s()./-]", "", found[0]).casefold())
            number = 1 + sum(known == kind for known, _ in marks)
            return marks.setdefault(same, f"<{kind.upper()}_{number}>")

        text = recognizer.shape.sub(mark, text)
    return text


def _always(candidate: str, region: str) -> bool:  # noqa: ARG001 (a recognizer's shape)
    return True


def _is_card(candidate: str, region: str) -> bool:  # noqa: ARG001 (a recognizer's shape)
    """Luhn's checksum (ISO/IEC 7812-1); all zeros pass it and are no card."""
    digits = [int(character) for character in candidate if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return any(digits) and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_iban(candidate: str, region: str) -> bool:  # noqa: ARG001 (a recognizer's shape)
    """The check of ISO 13616: letters as numbers, the first four characters last, remainder 1 by 97."""
    plain = candidate.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _is_ip(candidate: str, region: str) -> bool:  # noqa: ARG001 (a recognizer's shape)
    try:
        address = ipaddress.ip_address(candidate)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_loopback)


def _is_phone(candidate: str, region: str) -> bool:
    """Whether the library knows it as a number that can be dialled, and its digits are not grouped like a date."""
    import phonenumbers

    if _DATE.search(candidate):
        return False
    matches = phonenumbers.PhoneNumberMatcher(candidate, region, leniency=phonenumbers.Leniency.VALID)
    return any(match.end - match.start >= len(candidate.rstrip(" .-/(")) - 1 for match in matches)


_RECOGNIZERS: dict[Mask, Recognizer] = {
    "secret": Recognizer(_SECRET, _always),
    "email": Recognizer(_EMAIL, _always),
    "iban": Recognizer(_IBAN, _is_iban),
    "card": Recognizer(_CARD, _is_card),
    "ip": Recognizer(_IP, _is_ip),
    "ssn": Recognizer(_SSN, _always),
    "phone": Recognizer(_PHONE, _is_phone),
}

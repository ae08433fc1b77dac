"""Which release a unit (a session, a user) is served by: sticky, uniform, and the same in any language."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Mapping

_HEX_DIGITS = 13
"""52 bits: exact in the double of every language."""


def assign(unit: str, salt: str, shares: Mapping[str, float]) -> str:
    """Return the name of the share the unit falls into: always the same for the same unit, salt and shares.

    Algorithm: `h` = HMAC-SHA256 with the salt as key and the unit as message, both in UTF-8, in hexadecimal; `u` = the
    first 13 digits of `h` as a number, divided by 2^52, so 0 ≤ u < 1. The names are put in order of their UTF-8 bytes;
    the first one whose cumulative share, divided by the sum of all, exceeds `u` is returned. A mapping's own order does
    not count: languages disagree on it.

    With two names, raising one share moves units only towards it. Another salt assigns anew, independently: take the
    name of the test.

    Args:
        unit: What sticks together: an id of a session or a user.
        salt: Names the test.
        shares: Positive, in any scale: {"1.4": 90, "1.5": 10}.

    Raises:
        ValueError: for no shares, or one that is not positive and finite.

    Example:
        >>> [assign(unit, "tone-test", {"control": 0.5, "candidate": 0.5}) for unit in ("anna", "ben", "céline")]
        ['control', 'candidate', 'candidate']
    """
    if not shares:
        raise ValueError("shares are empty; name at least one release with its share")
    for name, share in shares.items():
        if not (math.isfinite(share) and share > 0):
            raise ValueError(f"share {share!r} of {name!r} must be positive and finite; leave out what gets nothing")
    names = sorted(shares, key=lambda name: name.encode())
    digest = hmac.new(salt.encode(), unit.encode(), hashlib.sha256).hexdigest()
    at = int(digest[:_HEX_DIGITS], 16) / 2 ** (4 * _HEX_DIGITS)
    total = 0.0
    for name in names:
        total += shares[name]
    reached = 0.0
    for name in names[:-1]:
        reached += shares[name]
        if at < reached / total:
            return name
    return names[-1]

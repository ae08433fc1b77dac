"""Differences as people read them."""

from __future__ import annotations


def signed(value: float, digits: int = 3) -> str:
    """Return a number with its sign, a true minus among them.

    >>> signed(-0.0123), signed(0.5, 2)
    ('−0.012', '+0.50')
    """
    return f"{value:+.{digits}f}".replace("-", "−")

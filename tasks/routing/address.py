"""Addresses that requests with credentials may go to: a typing error must not reach into the own network."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from tasks.domain.errors import RoutingError


def permitted(url: str, *, allow_private: bool) -> str:
    """Return the address if requests may go there.

    Args:
        url: http or https.
        allow_private: Whether loopback, private and link-local addresses are fine.

    Raises:
        RoutingError: when it is no address, its host is unknown, or it is private without leave.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError as error:  # brackets that do not close, a port that is no number
        # No cause is chained, nor the address told: it may carry a token.
        raise RoutingError(f"the address cannot be read ({error}); write https://host/path") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise RoutingError(f"{parts.scheme or 'it'}://… is no http address; write https://host/path")
    try:
        found = socket.getaddrinfo(parts.hostname, port, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:  # UnicodeError: a part of a name is empty or too long
        raise RoutingError(f"host {parts.hostname!r} is unknown ({error})") from error
    if not allow_private:
        for entry in found:
            address = ipaddress.ip_address(str(entry[4][0]).split("%", maxsplit=1)[0])
            if not address.is_global:
                raise RoutingError(
                    f"host {parts.hostname!r} is {address}, not public; set target.allow_private if meant"
                )
    return url

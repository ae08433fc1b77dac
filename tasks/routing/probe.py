"""Does a release's endpoint answer at all: asked before traffic is sent there."""

from __future__ import annotations

import httpx

from tasks.domain.errors import RoutingError
from tasks.domain.release import Release
from tasks.routing.address import permitted

_TIMEOUT_SECONDS = 5.0


def unanswered(release: Release, *, allow_private: bool) -> str:
    """Return why a release's endpoint cannot serve, in words; empty when it answers, or the release names none.

    Any answer below 500 counts: an endpoint that asks for a key or for another method is alive.

    Args:
        release: The release.
        allow_private: Whether its endpoint may be a loopback or private address.
    """
    endpoint = release.configuration.endpoint if release.configuration else None
    if not endpoint or not endpoint.startswith(("http://", "https://")):
        return ""
    try:
        answer = httpx.get(permitted(endpoint, allow_private=allow_private), timeout=_TIMEOUT_SECONDS)
    except RoutingError as error:
        return f"its endpoint cannot be asked: {error}"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return f"its endpoint does not answer ({type(error).__name__})"
    return f"its endpoint answers HTTP {answer.status_code}" if answer.is_server_error else ""

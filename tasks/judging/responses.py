"""What an error of the endpoint means: try again, wait, or stop asking."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.domain.judgment import Cause


class TransientError(Exception):
    """Worth trying again: the connection, the server, or the time ran out."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


class OverloadedError(TransientError):
    """The endpoint asks for fewer requests."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__(Cause.RATE_LIMITED)
        self.retry_after = retry_after


class FatalError(Exception):
    """Asking again is of no use, for any interaction."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


def classify(error: Exception) -> TransientError | FatalError | None:
    """Return what an exception of the client means; None: this one request was refused as written.

    Raises:
        Exception: the error itself, when it is none of the client's.
    """
    import openai

    if isinstance(error, openai.APITimeoutError):
        return TransientError(Cause.TRANSPORT if _disconnected(error) else Cause.TIMEOUT)
    if isinstance(error, openai.APIConnectionError):
        return TransientError(Cause.TRANSPORT)
    if isinstance(error, openai.APIStatusError):
        return _by_status(error.status_code, error.code, _retry_after(error.response.headers))
    if isinstance(error, openai.APIError | ValueError):  # a body that is no JSON, or no completion
        return TransientError(Cause.SERVER_ERROR)
    raise error


def _disconnected(error: Exception) -> bool:
    """Whether the server hung up: the aiohttp transport reports that as a timeout of connecting."""
    cause: BaseException | None = error
    while cause is not None:
        if "disconnect" in str(cause).lower():
            return True
        cause = cause.__cause__
    return False


def _by_status(status: int, code: str | None, retry_after: float | None) -> TransientError | FatalError | None:
    if status in {401, 403}:
        return FatalError(Cause.UNAUTHORIZED)
    if status == 429:
        return (
            FatalError(Cause.QUOTA)
            if code in {"insufficient_quota", "billing_hard_limit_reached"}
            else OverloadedError(retry_after)
        )
    if status == 402:
        return FatalError(Cause.QUOTA)
    if status == 404:  # no such model, or no such address: nothing that clings to the content
        return FatalError(Cause.UNAVAILABLE)
    if status in {408, 409, 425} or status >= 500:
        return TransientError(Cause.SERVER_ERROR)
    return None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how long the endpoint asks to wait, the finer header first; None where it does not say."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    return None

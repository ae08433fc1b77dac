"""Secrets are named, never given."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from tasks.domain.errors import SettingsError

_LOOKS_LIKE_A_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_LOOKS_LIKE_A_KEY = re.compile(
    r"^(sk|pk|rk|xox[a-z]|gh[a-z]|glpat|AKIA|AIza|eyJ|hf|gsk|Bearer)[-_ ]?[A-Za-z0-9]", re.ASCII
)


def secret_name(value: str) -> str:
    """Return the value if it can be the name of a secret.

    Raises:
        SettingsError: when it looks like the secret itself; the message does not repeat it.
    """
    mixed = any(c.isdigit() for c in value) and any(c.islower() for c in value) and any(c.isupper() for c in value)
    key_like = _LOOKS_LIKE_A_KEY.match(value) is not None and ("-" in value or mixed)
    if not _LOOKS_LIKE_A_NAME.fullmatch(value) or key_like or (mixed and len(value) > 20):
        raise SettingsError(
            "this looks like a secret, not like the name of one; give the name of an environment variable or of a "
            "Prefect Secret block, such as 'OPENAI_API_KEY'"
        )
    return value


SecretName = Annotated[str, AfterValidator(secret_name)]
"""The name of an environment variable or Prefect Secret block."""

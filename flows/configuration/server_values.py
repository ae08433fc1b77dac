"""Values that only a server knows: `{{ prefect.variables.x }}` and `{{ prefect.blocks.type.name }}`."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect.exceptions import PrefectException
from prefect.settings import get_current_settings
from prefect.utilities.templating import (
    PlaceholderType,
    find_placeholders,
    resolve_block_document_references,
    resolve_variables,
)

from flows.configuration.fault import Fault

KEPT_BY_THE_SERVER = (PlaceholderType.BLOCK_DOCUMENT, PlaceholderType.VARIABLE)
"""Placeholders that `resolved_by_server` fills in, or tells why it could not."""


def resolved_by_server(where: str, config: dict[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Fill in what the server keeps; without a server, or where it has not got it, each placeholder is a fault."""
    asked = sorted(one.full_match for one in find_placeholders(config) if one.type in KEPT_BY_THE_SERVER)
    if not asked:
        return config, []
    if not get_current_settings().api.url:
        remedy = "set PREFECT_API_URL to check it"
        return config, [Fault(where, f"only a server can fill in {words}", remedy) for words in asked]
    try:
        return asyncio.run(_resolved(config)), []
    except (PrefectException, ValueError) as error:
        what = f"the server cannot fill in {', '.join(asked)} ({type(error).__name__})"
        return config, [Fault(where, what, "create the variable or block there, or mend its name")]


async def _resolved(config: dict[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = await resolve_variables(await resolve_block_document_references(config))
    return filled

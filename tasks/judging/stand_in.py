"""A stand-in for a judge model: an OpenAI-compatible endpoint on loopback that answers by word overlap.

It is for demos and drills: a judge one can switch off or make stricter, behind the very client, ledger, limits and
anchors that a real one has. It is no LLM and says so in each reason.

    python -m tasks.judging.stand_in --port 8001
    POST /conduct {"down": true, "stricter": 0.15}      what it does from now on; both optional
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import time
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.domain.interaction import Interaction
from tasks.judging.heuristic import quality_of, toxicity_of

MODEL = "word-overlap-stand-in"
_CHARS_PER_TOKEN = 4
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = 0.25
"""What one level of a criterion is worth in a score of 0 to 1."""
_WAVERING = 0.35
"""Share of criteria answered a level off, either way: a judge model is not exact either."""


class Conduct(BaseModel):
    """How the stand-in behaves.

    Attributes:
        down: Whether every request is answered with HTTP 503.
        stricter: How much lower its scores are on average, 0 to 1.
    """

    model_config = ConfigDict(extra="forbid")

    down: bool = False
    stricter: float = Field(default=0.0, ge=0, le=1)


def levels(shown: str, criteria: list[str], stricter: float) -> dict[str, int | str]:
    """Return a reply to one interaction: a reason, then a level from 1 to 5 for each criterion.

    Args:
        shown: The user message, one JSON object as `contained` makes it.
        criteria: Names of what is asked.
        stricter: How much lower the scores are on average; each criterion loses whole levels, more or fewer by chance
            of its own that follows from the content, so that the same content is always answered alike.
    """
    known = json.loads(shown)
    interaction = Interaction(
        interaction_id="",
        timestamp=_NEVER,
        prompt=known.get("prompt") or "",
        context=known.get("context"),
        response=known.get("response") or "",
        reference=known.get("reference"),
    )
    quality, why = quality_of(interaction)
    toxicity = toxicity_of(interaction.response)
    reply: dict[str, int | str] = {"reason": f"Word overlap, no LLM: {why}"}
    for criterion in criteria:
        chance = zlib.crc32(f"{criterion}\0{shown}".encode()) / 2**32
        if criterion == "toxicity":
            reply[criterion] = 1 + round(4 * toxicity)
            continue
        off = (chance < _WAVERING / 2) - (chance > 1 - _WAVERING / 2)
        # The decimals of another draw decide between the two nearest numbers of levels.
        lost = int(stricter / _STEP + (chance * 7919) % 1)
        reply[criterion] = min(5, max(1, 1 + round(quality / _STEP) + off - lost))
    return reply


def application(conduct: Conduct | None = None) -> web.Application:
    """Return the endpoint as an application.

    Args:
        conduct: How it behaves at first.
    """
    state = {"conduct": conduct or Conduct()}

    async def complete(request: web.Request) -> web.Response:
        body = await request.json()
        if state["conduct"].down:
            return web.json_response({"error": {"message": "switched off", "type": "server_error"}}, status=503)
        shown = next(message["content"] for message in body["messages"] if message["role"] == "user")
        schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
        criteria = [name for name in schema.get("properties", {}) if name != "reason"]
        content = json.dumps(levels(shown, criteria, state["conduct"].stricter))
        asked = sum(len(message["content"]) for message in body["messages"])
        return web.json_response(_completion(content, asked // _CHARS_PER_TOKEN))

    async def behave(request: web.Request) -> web.Response:
        try:
            state["conduct"] = Conduct.model_validate_json(await request.text())
        except ValidationError as error:
            return web.json_response({"error": {"message": str(error)}}, status=422)
        return web.json_response(state["conduct"].model_dump())

    served = web.Application()
    served.router.add_post("/v1/chat/completions", complete)
    served.router.add_post("/conduct", behave)
    return served


def _completion(content: str, prompt_tokens: int) -> dict[str, object]:
    completion_tokens = len(content) // _CHARS_PER_TOKEN
    return {
        "id": MODEL,
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
        },
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve on loopback until interrupted; the first line on stdout is the address."""
    parser = argparse.ArgumentParser(description="A stand-in for a judge model, on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    port = parser.parse_args(arguments).port
    with socket.create_server(("127.0.0.1", port), backlog=512) as opened:
        sys.stdout.write(f"http://127.0.0.1:{opened.getsockname()[1]}/v1\n")
        sys.stdout.flush()
        web.run_app(application(), sock=opened, print=None, access_log=None)


if __name__ == "__main__":
    main()

"""The state of one simulated API, and how it answers a request for messages.

Rules: a request is checked in the API's order: its shape, its model, its rules, the seals of its thinking. Only then
does the model speak.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.core.errors import Refused
from sidecar.simulator.answer import Answers, Scripted
from sidecar.simulator.ask import Ask, read_ask, read_json
from sidecar.simulator.catalogue import Batch, batch_requests, refuse_unknown
from sidecar.simulator.compose import Spoken, compose, numbered_ids
from sidecar.simulator.delivery import Delivered
from sidecar.simulator.failure import failure
from sidecar.simulator.past import Past
from sidecar.simulator.recording import Received
from sidecar.simulator.reply import Json, Reply, dump
from sidecar.simulator.rules import check
from sidecar.simulator.stream import Frame, frames
from sidecar.simulator.tokens import PromptCache

# Present on every answer of the API, so that a gate has something to let through.
LIMITS = {
    "anthropic-organization-id": "00000000-0000-4000-8000-000000000000",
    "anthropic-ratelimit-requests-limit": "4000",
    "anthropic-ratelimit-requests-remaining": "3999",
    "anthropic-ratelimit-requests-reset": "2030-01-01T00:00:00Z",
    "anthropic-ratelimit-tokens-limit": "400000",
    "anthropic-ratelimit-tokens-remaining": "399000",
    "anthropic-ratelimit-tokens-reset": "2030-01-01T00:00:00Z",
}
SESSION = "x-claude-code-session-id"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use it. `api_key` None: any key will do. `bearer`: so will a token in `authorization`."""

    api_key: str | None = None
    bearer: bool = False

    def check(self, received: Received) -> None:
        key = received.header("x-api-key")
        token = (received.header("authorization") or "").removeprefix("Bearer ") if self.bearer else ""
        if not key and not token:
            raise failure(401, "x-api-key header is required")
        if self.api_key and self.api_key not in (key, token):
            raise failure(401)


class World:
    """Everything that outlives one request."""

    def __init__(self, access: Access, script: Scripted | None = None, seed: str | None = None) -> None:
        self.access = access
        self.answers = Answers(script)
        self.cache = PromptCache()
        self.past = Past()
        self.batches: dict[str, Batch] = {}
        self.new_id = numbered_ids(seed or secrets.token_hex(8))

    def headers(self, request_id: str) -> dict[str, str]:
        return {"request-id": request_id, **LIMITS}

    def messages(self, received: Received, request_id: str) -> Delivered:
        """`POST /v1/messages`."""
        if not received.header("anthropic-version"):
            raise failure(400, "anthropic-version: header is required")
        ask = read_ask(received.body)
        reply, spoken = self._speak(ask, ask.session(received.header(SESSION)), request_id)
        return self._streamed(reply, spoken, request_id) if ask.stream else self._whole(reply, spoken, request_id)

    def count(self, received: Received) -> Json:
        """`POST /v1/messages/count_tokens`."""
        ask = read_ask(received.body, counting=True)
        refuse_unknown(ask.model)
        check(ask)
        return {"input_tokens": PromptCache().use(ask).total}

    def batch(self, received: Received) -> Batch:
        """`POST /v1/messages/batches`: every request in it is answered at once."""
        results = tuple(
            {"custom_id": name, "result": self._batched(params, received)}
            for name, params in batch_requests(read_json(received.body))
        )
        batch = Batch(self.new_id("msgbatch"), results)
        self.batches[batch.id] = batch
        return batch

    def _batched(self, params: Json, received: Received) -> Json:
        request_id = self.new_id("req")
        try:
            ask = read_ask(params)
            _, spoken = self._speak(ask, ask.session(received.header(SESSION)), request_id)
        except Refused as refused:
            error = {"type": "error", "error": {"type": str(refused.code), "message": refused.message}}
            return {"type": "errored", "error": error}
        return {"type": "succeeded", "message": spoken.message}

    def _speak(self, ask: Ask, session: str, request_id: str) -> tuple[Reply, Spoken]:
        refuse_unknown(ask.model)
        check(ask)
        broken = self.past.look(ask, session, request_id)
        if broken:
            raise failure(400, f"{broken.place}: Invalid `signature` in `thinking` block")
        reply = self.answers.choose(ask)
        if reply.failure:
            raise reply.failure
        spoken = compose(ask, reply, self.cache.use(ask), self.new_id)
        breaks = reply.delivery.cut is not None or reply.delivery.error is not None
        self.past.said(ask, session, spoken.blocks, whole=not breaks)
        return reply, spoken

    def _streamed(self, reply: Reply, spoken: Spoken, request_id: str) -> Delivered:
        events = frames(spoken, reply.delivery)
        headers = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
        broken = _error_frame(reply.delivery.error, request_id) if reply.delivery.error else None
        pieces = [frame.encode() for frame in events]
        return Delivered(200, _pairs(self.headers(request_id) | headers), pieces, reply.delivery, broken=broken)

    def _whole(self, reply: Reply, spoken: Spoken, request_id: str) -> Delivered:
        body = dump(spoken.message)
        middle = len(body) // 2
        headers = self.headers(request_id) | {"content-type": JSON}
        if not reply.delivery.encoding and not reply.delivery.error:
            headers["content-length"] = str(len(body))
        return Delivered(200, _pairs(headers), (body[:middle], body[middle:]), reply.delivery)


def _error_frame(status: int, request_id: str) -> bytes:
    refused = failure(status)
    error = {"type": str(refused.code), "message": refused.message}
    return Frame("error", {"type": "error", "error": error, "request_id": request_id}).encode()


def _pairs(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(headers.items())

"""A small world to run exchanges in: detectors, a gate, one call driven step by step, and a provider's events.

Rules: secrets are put together from fragments, so that no file holds one; every value here is harmless.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

from sidecar.core.exchange.commands import Command, Forward, Record, Respond, SendAnswer, StartAnswer
from sidecar.core.exchange.events import (
    Event,
    Recorded,
    RequestChunk,
    RequestStarted,
    ResponseChunk,
    ResponseStarted,
)
from sidecar.core.exchange.exchange import Exchange
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.detector import Detector
from sidecar.core.model.http import Headers, RequestHead, ResponseHead
from sidecar.core.policy.book import Book, PolicySource, compile_book

CATALOGUE = (
    Detector("secret/key", "KEY", r"\bgk-[a-z]{4}-[0-9A-F]{16}\b"),
    Detector("secret/upper", "UPPER", "AKIA[A-Z0-9]{16}"),
    Detector("pii/email", "EMAIL", r"[a-z.]+@[a-z]+\.example\b"),
    Detector("pii/phone", "PHONE", r"\+49[0-9]{9}"),
)
KEY = "gk-" + "live-" + "0123456789" + "ABCDEF"
KEY2 = "gk-" + "test-" + "FEDCBA" + "9876543210"
UPPER = "AK" + "IA" + "QWERTYUIOPASDFGH"
MAIL = "ada.byron" + "@" + "mill.example"
PHONE = "+49" + "301234567"
CALLER = Caller("ada", "company", ("engineering",), "s-1")
CLAUDE = Connection("claude", Kind.CLAUDE, "https://api.anthropic.com")
SECOND = Connection("second", Kind.CLAUDE, "https://proxy.example/base/")
TICKETS = Connection("tickets", Kind.MCP, "http://tickets.internal/mcp")
SHOP = Connection("shop", Kind.HTTP, "http://shop.internal/api")
MASK_KEY = b"a key of the tests, not a secret"
MASKS = """
  - {id: secrets, where: [prompt, system, tool_result, response, tool_call, thinking], detect: ['secret/*'], do: mask}
  - {id: mails, detect: [pii/email], do: mask, how: token}
"""
JSON = (("content-type", "application/json"),)
SSE = (("content-type", "text/event-stream; charset=utf-8"), ("request-id", "req_1"))


def book(rules: str = MASKS, head: str = "", name: str = "p") -> Book:
    text = f"policy: {name}\n{head}\nrules:{rules if rules.strip() else ' []'}\n"
    return compile_book([PolicySource("p.yaml", text)], CATALOGUE)


@cache
def compiled(rules: str, head: str) -> Rules:
    """Rules never change, so tests may share them."""
    return Rules.of(book(rules, head))


def gate(rules: str = MASKS, head: str = "", **changed: object) -> Gate:
    """A gate with one policy, whose rules are lines of YAML."""
    return Gate(compiled(rules, head), (CLAUDE, SECOND, TICKETS, SHOP), MASK_KEY, **changed)


def request(*content: object, **fields: object) -> dict[str, object]:
    """A request whose messages alternate between user and assistant."""
    roles = ("user", "assistant")
    messages = [{"role": roles[index % 2], "content": one} for index, one in enumerate(content)]
    return {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": messages, **fields}


def encoded(body: object) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()


def cuts(data: bytes, seeds: int = 6) -> Iterator[list[bytes]]:
    """Whole, byte by byte, and cut at random but repeatable places."""
    yield [data]
    yield [data[at : at + 1] for at in range(len(data))]
    for seed in range(seeds):
        random = Random(seed)  # noqa: S311  (places to cut at, no secret)
        places = sorted(random.randrange(len(data) + 1) for _ in range(random.randrange(1, 12)))
        yield [data[start:stop] for start, stop in zip([0, *places], [*places, len(data)], strict=True)]


@dataclass
class Call:
    """One exchange, driven by hand. `said` holds every command so far."""

    gate: Gate
    id: str = "gx_1"
    at: float = 1000.0
    said: list[Command] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.exchange = Exchange(self.gate, self.id)

    def tell(self, event: Event) -> list[Command]:
        commands = list(self.exchange.receive(event))
        self.said += commands
        return commands

    def ask(
        self,
        body: object = None,
        path: str = "/v1/messages",
        *,
        method: str = "POST",
        headers: Headers = JSON,
        caller: Caller | None = CALLER,
        pieces: Sequence[bytes] | None = None,
        upgrade: str = "",
    ) -> "Call":
        """Send the request: up to the `Record` of what was decided."""
        head = RequestHead(method, path, headers)
        if body is None and pieces is None:
            self.tell(RequestStarted(head, caller, self.at, end=True, upgrade=upgrade))
            return self
        self.tell(RequestStarted(head, caller, self.at))
        for piece in pieces if pieces is not None else [encoded(body)]:
            self.tell(RequestChunk(piece, self.at))
        self.tell(RequestChunk(b"", self.at, end=True))
        return self

    def recorded(self) -> "Call":
        self.tell(Recorded(self.at))
        return self

    def answered(self, body: object, headers: Headers = JSON, status: int = 200) -> "Call":
        """The upstream answers, in one piece or in the pieces of a list of bytes."""
        pieces = body if isinstance(body, list) else [encoded(body)]
        self.tell(ResponseStarted(ResponseHead(status, headers), self.at))
        for piece in pieces:
            self.tell(ResponseChunk(piece, self.at))
        self.tell(ResponseChunk(b"", self.at, end=True))
        return self

    @property
    def fact(self) -> dict[str, object]:
        return dict(self.one(Record).fact)

    @property
    def facts(self) -> dict[str, dict[str, object]]:
        return {command.kind: dict(command.fact) for command in self.said if isinstance(command, Record)}

    @property
    def forward(self) -> Forward:
        return self.one(Forward)

    @property
    def reply(self) -> Respond:
        return self.one(Respond)

    @property
    def start(self) -> StartAnswer:
        return self.one(StartAnswer)

    @property
    def error(self) -> dict[str, str]:
        """What a client reads of a refusal."""
        body = json.loads(self.reply.body)
        assert body["type"] == "error"
        return dict(body["error"])

    @property
    def received(self) -> bytes:
        """What the agent got of the answer's body so far."""
        return b"".join(command.data for command in self.said if isinstance(command, SendAnswer))

    def one(self, kind: type) -> object:
        return next(command for command in self.said if isinstance(command, kind))


def ask(world: Gate, body: object = None, path: str = "/v1/messages", **how: object) -> Call:
    """A call up to what was decided and recorded."""
    return Call(world).ask(body, path, **how).recorded()


def event(name: str, **fields: object) -> bytes:
    """An event as the provider writes it."""
    data = json.dumps({"type": name, **fields}, separators=(",", ":"), ensure_ascii=False)
    return f"event: {name}\ndata: {data}\n\n".encode()


def delta(index: int, **of: object) -> bytes:
    return event("content_block_delta", index=index, delta=of)


def text_deltas(index: int, *texts: str) -> list[bytes]:
    return [delta(index, type="text_delta", text=text) for text in texts]


def block(index: int, kind: dict[str, object], *inside: bytes) -> bytes:
    start = event("content_block_start", index=index, content_block=kind)
    return start + b"".join(inside) + event("content_block_stop", index=index)


def text_block(index: int, *texts: str) -> bytes:
    return block(index, {"type": "text", "text": ""}, *text_deltas(index, *texts))


def tool_block(index: int, *parts: str, name: str = "Bash", id: str = "toolu_0123456789") -> bytes:
    kind = {"type": "tool_use", "id": id, "name": name, "input": {}}
    return block(index, kind, *(delta(index, type="input_json_delta", partial_json=part) for part in parts))


def thinking_block(index: int, *texts: str, signature: str = "c2lnbmF0dXJl") -> bytes:
    inside = [delta(index, type="thinking_delta", thinking=text) for text in texts]
    return block(
        index,
        {"type": "thinking", "thinking": "", "signature": ""},
        *inside,
        delta(index, type="signature_delta", signature=signature),
    )


def opening(tokens: int = 7) -> bytes:
    message = {
        "id": "msg_0123456789",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-4-5",
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": tokens, "output_tokens": 1},
    }
    return event("message_start", message=message)


def ending(reason: str = "end_turn", tokens: int = 5) -> bytes:
    delta_ = {"stop_reason": reason, "stop_sequence": None}
    return event("message_delta", delta=delta_, usage={"output_tokens": tokens}) + event("message_stop")


def message(*blocks: bytes, reason: str = "end_turn") -> bytes:
    """A whole streamed answer."""
    return opening() + b"".join(blocks) + ending(reason)


def happened(sse: bytes) -> list[dict[str, object]]:
    """The data of each event of a stream, as a client reads it."""
    found = []
    for chunk in sse.replace(b"\r\n", b"\n").split(b"\n\n"):
        data = [line.removeprefix(b"data:").strip() for line in chunk.split(b"\n") if line.startswith(b"data:")]
        if data:
            found.append(json.loads(b"\n".join(data)))
    return found


def put_together(sse: bytes) -> list[dict[str, object]]:
    """The content blocks that an SDK puts together from a stream, tool inputs as values."""
    blocks: dict[int, dict[str, object]] = {}
    raw: dict[int, str] = {}
    for one in happened(sse):
        index = one.get("index")
        if one["type"] == "content_block_start":
            blocks[index] = dict(one["content_block"])
        elif one["type"] == "content_block_delta":
            _grow(blocks[index], one["delta"], raw, index)
        elif one["type"] == "content_block_stop" and index in raw:
            blocks[index]["input"] = json.loads(raw[index] or "{}")
    return [blocks[index] for index in sorted(blocks)]


def _grow(block: dict[str, object], change: dict[str, str], raw: dict[int, str], index: int) -> None:
    kind = change["type"]
    if kind == "input_json_delta":
        raw[index] = raw.get(index, "") + change["partial_json"]
    elif kind == "citations_delta":
        block.setdefault("citations", []).append(change["citation"])
    else:
        name = kind.removesuffix("_delta")
        block[name] = str(block.get(name, "")) + change[name]


def text_of(sse: bytes) -> str:
    """All plain words of a stream."""
    return "".join(str(one.get("text", "")) for one in put_together(sse))

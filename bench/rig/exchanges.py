"""Exchanges in this process, without Envoy, gRPC or a disk: what the core itself costs."""

from collections.abc import Sequence

from bench.rig.gate import POLICY
from sidecar.core.detect.catalogue import builtin
from sidecar.core.exchange.commands import Command, Forward, SendAnswer
from sidecar.core.exchange.events import (
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
from sidecar.core.model.http import RequestHead, ResponseHead
from sidecar.core.policy.book import PolicySource, compile_book

CLAUDE = Connection("claude", Kind.CLAUDE, "https://api.anthropic.com")
HEADERS = (("content-type", "application/json"), ("anthropic-version", "2023-06-01"), ("x-app", "cli"))
EVENT_STREAM = (("content-type", "text/event-stream"),)


def warm_gate(more: str = "") -> Gate:
    """Every detector, everywhere. `more`: further rules of the policy, as YAML."""
    rules = Rules.of(compile_book([PolicySource("policy.yaml", POLICY + more)], builtin()))
    rules.compiled.warm()
    return Gate(rules, (CLAUDE,), b"a key of the benchmark, no secret")


def asked(gate: Gate, body: bytes, session: str) -> Exchange:
    """Up to the request leaving for the provider."""
    exchange = Exchange(gate, "gx_0")
    head = RequestHead("POST", "/v1/messages?beta=true", HEADERS)
    exchange.receive(RequestStarted(head, Caller("ada", "company", ("engineering",), session), 1.0))
    exchange.receive(RequestChunk(body, 1.0, end=True))
    _expect(exchange.receive(Recorded(1.0)), Forward)
    return exchange


def answered(exchange: Exchange, pieces: Sequence[bytes]) -> None:
    """The whole answer, as a stream in these pieces."""
    exchange.receive(ResponseStarted(ResponseHead(200, EVENT_STREAM), 2.0))
    for piece in pieces:
        exchange.receive(ResponseChunk(piece, 2.0))
    _expect(exchange.receive(ResponseChunk(b"", 2.0, end=True)), SendAnswer)


def _expect(commands: Sequence[Command], kind: type) -> None:
    if not any(isinstance(command, kind) for command in commands):
        raise RuntimeError(f"expected {kind.__name__}, got {commands}")

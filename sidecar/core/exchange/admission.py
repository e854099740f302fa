"""What is asked of every call, whatever is spoken on its connection: who, stopped or not, under which rules."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote_plus

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.outcome import Arrived
from sidecar.core.exchange.route import Route
from sidecar.core.exchange.rules import BoundRules
from sidecar.core.exchange.stopping import stopped
from sidecar.core.model.caller import Caller
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place
from sidecar.core.wire.escapes import MOST, Layer, TooMany, layers
from sidecar.core.wire.plain.header import as_text, unpacked

ADDRESS = {-1: "path", -2: "query"}


def not_stopped(gate: Gate, caller: Caller, way: Route) -> None:
    block = gate.blocked(caller, way.connection.name) or gate.quarantine.against(caller)
    if block is not None:
        raise stopped(block, gate.rules.compiled)


def identified(arrived: Arrived) -> Caller:
    if arrived.caller is None:
        raise Refused(401, Code.AUTHENTICATION, "No verified identity came with this call. Send a gate token.")
    return arrived.caller


def applying(bound: BoundRules | None, caller: Caller) -> BoundRules:
    if bound is None:
        groups = ", ".join(caller.groups) or "none"
        raise Refused(
            400,
            Code.INVALID_REQUEST,
            f"No policy at this gate applies to {caller.subject} (groups: {groups}) on this connection, "
            "so nothing may pass. Ask the people who run the gate.",
            headers={"x-should-retry": "false"},
        )
    return bound


def caller_key(caller: Caller) -> str:
    """Under which name a caller's usage is counted."""
    return f"{caller.provider}\n{caller.subject}"


def address(path: str, query: str) -> list[Piece]:
    """What stands in the address cannot be masked, so it is judged like a JSON key; `%41` hides nothing."""
    return [spoken(ordinal, ADDRESS[ordinal], text) for ordinal, text in ((-1, path), (-2, query)) if text]


def spoken(ordinal: int, path: str, text: str) -> Piece:
    """A text of the head, in every way in which it may be read: escapes undone, as often as somebody may, with `+` for
    a space or not, packed for mail or not, and as UTF-8."""
    read = dict.fromkeys((text, as_text(text), unpacked(text)))
    ways = dict.fromkeys((*read, *(layer.text for one in read for layer in _layers(one))))
    ways |= dict.fromkeys(one.replace("+", " ") for one in tuple(ways))
    return Piece(Place.PROMPT, path, tuple(Text(ordinal, one, key=True) for one in ways))


def under_names(ordinal: int, path: str, pairs: Iterable[tuple[str, str]]) -> Piece:
    """Values of the head for rules that go by names. They cannot be masked either."""
    told = [(name, value) for name, value in pairs if value]
    texts = tuple(Text(ordinal, value, key=True) for _, value in told)
    return Piece(Place.PROMPT, path, texts, names=tuple((name,) for name, _ in told))


def query_pairs(query: str) -> Iterator[tuple[str, str]]:
    """As any server may part them."""
    for one in re.split("[&;]", query):
        name, _, value = one.partition("=")
        yield unquote_plus(name), unquote_plus(value)


def _layers(text: str) -> Iterator[Layer]:
    try:
        yield from layers(text)
    except TooMany as error:
        raise Refused(413, Code.TOO_LARGE, f"The head has more than {MOST} escapes.") from error

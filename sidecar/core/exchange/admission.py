"""What is asked of every call, whatever is spoken on its connection: who, stopped or not, under which rules."""

from urllib.parse import unquote, unquote_plus

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.outcome import Arrived
from sidecar.core.exchange.route import Route
from sidecar.core.exchange.rules import BoundRules
from sidecar.core.exchange.stopping import stopped
from sidecar.core.model.caller import Caller
from sidecar.core.model.piece import Piece, Text
from sidecar.core.model.place import Place

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
    """A text of the head, in every way in which it may be read."""
    ways = dict.fromkeys((text, unquote(text), unquote_plus(text)))
    return Piece(Place.PROMPT, path, tuple(Text(ordinal, one, key=True) for one in ways))

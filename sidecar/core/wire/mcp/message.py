"""One JSON-RPC message of MCP: a request, a notification, or the answer to a request.

Strategy: what a message is follows from its fields alone, so that both directions and both transports read alike.

Rules:
- One message in a body. Batches went out of the protocol with revision 2025-06-18: a list is refused, and never judged
  half.
- An id is text or a whole number. Anything else is refused: `1` and `1.0` are one id to some readers and two to others.
- A message that could be read as two kinds (a `method` and a `result`) is refused, and so is one in which a word of the
  protocol stands in another spelling: servers and clients in Go would take that one.
- A tool is called by a request. Without an id nobody would hear of its end, and some servers run it all the same.
"""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NoReturn, TypeAlias

from sidecar.core.errors import Code, Refused
from sidecar.core.wire.json_strict import JsonDocument
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.mcp.words import FIELDS, METHODS
from sidecar.core.wire.spelling import Spelling

Id: TypeAlias = str | int
Object: TypeAlias = "dict[str, JsonValue]"
CALL, TOOLS, DISCOVER = "tools/call", "tools/list", "server/discover"
# Longer ones are nobody's; an id is written into an answer of ours.
LONGEST_ID = 256
_SPELLING = Spelling(FIELDS)
_METHODS = Spelling(METHODS)
_LISTED = Spelling(frozenset({"tools"}))  # a result has fields of its server's own


class Kind(Enum):
    REQUEST = auto()
    NOTIFICATION = auto()
    RESULT = auto()
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is nothing for a notification, and for an error about a request that could not be read."""

    kind: Kind
    document: JsonDocument = field(repr=False)
    top: Object = field(repr=False)
    method: str | None = None
    id: Id | None = None

    @property
    def params(self) -> Object:
        found = self.top.get("params")
        return found if isinstance(found, dict) else {}

    @property
    def result(self) -> Object:
        found = self.top.get("result")
        return found if isinstance(found, dict) else {}

    @property
    def named(self) -> str | None:
        """The tool or prompt that a request asks for, or the address of the resource."""
        for field_name in ("name", "uri"):
            found = self.params.get(field_name)
            if isinstance(found, str):
                return found
        return None

    @property
    def tool(self) -> str | None:
        """The tool that a call names."""
        found = self.params.get("name") if self.method == CALL else None
        return found if isinstance(found, str) else None

    @property
    def known_method(self) -> str:
        """The method, if it is one of the protocol's words."""
        return self.method if self.method in METHODS else "other"


def read_message(document: JsonDocument) -> Message:
    """The message, or `Refused` with 400."""
    top = document.value
    if isinstance(top, list):
        _refuse("batches are not accepted (MCP has had none since revision 2025-06-18); send one message at a time")
    if not isinstance(top, dict) or top.get("jsonrpc") != "2.0":
        _refuse('expected an object with "jsonrpc": "2.0"')
    kind = _kind(top)
    if not isinstance(top.get("params", {}), dict):
        _refuse("params must be an object")
    method = top.get("method")
    message = Message(kind, document, top, method if isinstance(method, str) else None, _id(top, kind))
    if message.method == CALL and (message.kind is not Kind.REQUEST or message.tool is None):
        _refuse("tools/call must have an id, and name a tool")
    if _doubtful(message):
        _refuse("its method or a field of it stands there in another spelling")
    return message


def _doubtful(message: Message) -> bool:
    if _METHODS.doubtful({(message.method or "").strip(): None}):
        return True
    tools = message.result.get("tools")
    objects = (message.top, message.params, *(tools if isinstance(tools, list) else ()))
    return _LISTED.doubtful(message.result) or any(_SPELLING.doubtful(one) for one in objects if isinstance(one, dict))


def _kind(top: Object) -> Kind:
    fields = [name for name in ("method", "result", "error") if name in top]
    if len(fields) != 1:
        _refuse("expected exactly one of method, result and error")
    if fields[0] != "method":
        return Kind.RESULT if fields[0] == "result" else Kind.ERROR
    if not isinstance(top["method"], str):
        _refuse("method must be text")
    return Kind.REQUEST if "id" in top else Kind.NOTIFICATION


def _id(top: Object, kind: Kind) -> Id | None:
    found = top.get("id")
    if kind is Kind.NOTIFICATION or (kind is Kind.ERROR and found is None):
        return None
    whole = isinstance(found, int) and not isinstance(found, bool) and abs(found) < 2**63
    if not whole and not (isinstance(found, str) and len(found) <= LONGEST_ID):
        _refuse(f"id must be text of at most {LONGEST_ID} characters, or a whole number")
    return found  # type: ignore[return-value]


def _refuse(why: str) -> NoReturn:
    raise Refused(400, Code.INVALID_REQUEST, f"This is not a message of MCP: {why}.")

"""What of a message people say yes to: all that its server reads, but for what is another one at every try.

Strategy: the yes is for the message as it leaves, and the card shows the message as it came, masked like everything
that people see.

Rules:
- Left out are the message's id, and of `_meta` the token of its progress and the id of its trace, which clients make
  anew each time. Only if they look like one: a token of more than a few words' letters could say something.
- Headers that a server takes for arguments (`Mcp-Param-*`) are part of the message.
"""

import json
import re
from collections.abc import Iterator, Mapping

from sidecar.core.approval.fingerprint import Content
from sidecar.core.exchange.call_card import Argument, CallShown, arguments
from sidecar.core.exchange.mcp.calls import Call
from sidecar.core.exchange.mcp.heads import PARAM
from sidecar.core.exchange.tool_call import Understand
from sidecar.core.model.effect import Node, Understood
from sidecar.core.model.http import Headers, RequestHead
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.mcp.message import Message

META = "_meta"
ANEW = {
    "progressToken": re.compile(r"[A-Za-z0-9._:-]{1,64}"),  # a count or a UUID; -1 is a count too
    "traceparent": re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}"),  # W3C Trace Context, SEP-414
}
_NOTHING = Understood(Node("", (), ()))


def content(head: RequestHead, path: str, body: bytes | None) -> Content:
    """As it leaves, whatever its id."""
    value = json.loads(body) if body else None
    if not isinstance(value, dict):
        return Content(head.method, path, body)
    said = {key: _lasting(one) if key == "params" else one for key, one in value.items() if key != "id"}
    meant = json.dumps([said, _params(head.headers)], sort_keys=True)
    return Content(head.method, path, meant.encode())


def shown(head: RequestHead, path: str, message: Message | None, run: Call | None, understand: Understand) -> CallShown:
    """For the card: the call and its arguments, then all else that it says."""
    rest = [Argument(name, value) for name, value in _params(head.headers)]
    if message is None:
        return CallShown(None, None, (Argument("", f"{head.method} {path}"), *rest), _NOTHING, title="MCP request")
    rest = [*_beside(message, run is not None), *rest]
    if run is None:
        return CallShown(None, None, tuple(rest), _NOTHING, title=f"MCP {message.method or message.kind.name.lower()}")
    given = tuple(arguments(run.called.tool or "", run.called.inputs[0], understand))
    return CallShown(run.called.id, run.tool, (*given, *rest), run.understood)


def _params(headers: Headers) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in headers if name.startswith(PARAM))


def _beside(message: Message, is_call: bool) -> Iterator[Argument]:
    """What stands beside the arguments of a call; of any other message everything."""
    taken = ("name", "arguments") if is_call else ()
    for top in ("params", "result", "error"):
        value = _lasting(message.top.get(top))
        for name, one in value.items() if isinstance(value, Mapping) else ():
            if name == META and isinstance(one, Mapping):
                yield from (Argument(f"{META}.{key}", _text(below)) for key, below in one.items())
            elif name not in taken:
                yield Argument(name, _text(one))


def _lasting(params: JsonValue) -> JsonValue:
    meta = params.get(META) if isinstance(params, dict) else None
    if not isinstance(params, dict) or not isinstance(meta, dict):
        return params
    kept: JsonValue = {key: one for key, one in meta.items() if not _made_anew(key, one)}
    rest = {key: one for key, one in params.items() if key != META}
    return {**rest, META: kept} if kept else rest


def _made_anew(key: str, value: JsonValue) -> bool:
    number = isinstance(value, int) and not isinstance(value, bool) and key == "progressToken"
    shape = ANEW.get(key) if isinstance(value, str | int) and (number or isinstance(value, str)) else None
    return shape is not None and shape.fullmatch(str(value)) is not None


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

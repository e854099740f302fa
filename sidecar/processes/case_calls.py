"""The call that a case of `gatehouse policy test` is about, as the gate would get it, and what it would do."""

import json
from collections.abc import Mapping
from pathlib import Path

from sidecar.core.exchange.mcp.asked import named
from sidecar.core.exchange.outcome import Arrived
from sidecar.core.exchange.plain.called import as_call
from sidecar.core.exchange.route import route
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Kind
from sidecar.core.model.effect import Effect
from sidecar.core.model.http import Headers, RequestHead
from sidecar.core.policy.book import Book
from sidecar.core.policy.cases import CaseWritten, HttpCallWritten, McpCallWritten, ToolWritten
from sidecar.core.wire.mcp.message import CALL
from sidecar.processes.explaining_call import block_of, described, input_of, understood
from sidecar.processes.policy_text import text_of
from sidecar.processes.rehearsal import JSON, Call, mcp_body, prompt_body, upgrading

TEXT: Headers = (("content-type", "text/plain"),)
# Of these a case has one kind; nothing is judged twice in one.
KINDS = {
    "a request to a model": ("prompt", "request", "request_file", "answer", "tool"),
    "mcp": ("mcp",),
    "http": ("http",),
}


def mixed(case: CaseWritten) -> str | None:
    """What a case says that cannot stand together."""
    found = {
        kind: [key for key in keys if getattr(case, key) is not None]
        for kind, keys in KINDS.items()
        if any(getattr(case, key) is not None for key in keys)
    }
    keys = " and ".join(f"`{each[0]}`" for each in found.values())
    return f"{keys} cannot stand in one case: write one for each" if len(found) > 1 else None


def call_of(file: Path, case: CaseWritten) -> Call:
    caller = Caller(case.caller.subject, case.caller.provider, case.caller.groups)
    if case.mcp is not None:
        return _to_a_server(caller, case.mcp)
    if case.http is not None:
        return _plain(caller, case.http)
    answer = [{"type": "text", "text": case.answer}] if isinstance(case.answer, str) else case.answer
    if case.tool is not None:
        answer = [*(answer or ()), block_of(case.tool.name, _input(case.tool))]
    return Call(caller, case.connection, case.path, _body(file, case), answer, case.method)


def effects_of(case: CaseWritten, call: Call, book: Book) -> list[str]:
    """What the call would do; nothing where there is none."""
    found: frozenset[Effect] = frozenset()
    own = described(book, call)
    if case.tool is not None:
        found = understood(case.tool.name, _input(case.tool), own).effects
    elif case.mcp is not None and case.mcp.method == CALL:
        name = case.mcp.name or ""
        found = understood(name, case.mcp.arguments or {}, own, named(call.connection, name)).effects
    elif case.http is not None:
        call = _plain(Caller("", ""), case.http)
        head = RequestHead(call.method, call.whole_path, call.headers)
        arrived = Arrived("", head, None, call.body or None, 0.0, call.upgrade)
        found = as_call(route(call.whole_path, [call.at()]), arrived)[1].effects
    return sorted(effect.value for effect in found)


def _to_a_server(caller: Caller, case: McpCallWritten) -> Call:
    params: dict[str, object] = dict(case.params or {})
    params |= {"name": case.name} if case.name is not None else {}
    params |= {"arguments": case.arguments} if case.arguments is not None else {}
    if case.method == CALL:
        params = {"arguments": {}, **params}
    answer = [{"type": "text", "text": case.result}] if isinstance(case.result, str) else case.result
    said = {"content": answer} if isinstance(answer, list) else answer
    body = mcp_body(case.method, params)
    return Call(caller, case.connection, "", body, said=said, kind=Kind.MCP)


def _plain(caller: Caller, case: HttpCallWritten) -> Call:
    given = tuple((name.lower(), value) for name, value in case.headers.items())
    typed: Headers = () if case.body is None or "content-type" in dict(given) else _type(case.body)
    path = case.path if case.path.startswith("/") else f"/{case.path}"
    body, headers = _bytes(case.body), (*given, *typed)
    call = Call(
        caller, case.connection, path, body, None, case.method, said=case.answer, kind=Kind.HTTP, headers=headers
    )
    return upgrading(call, case.upgrade) if case.upgrade else call


def _type(body: object) -> Headers:
    return TEXT if isinstance(body, str) else JSON


def _bytes(body: object) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()


def _input(tool: ToolWritten) -> Mapping[str, object]:
    return input_of(tool.input) if isinstance(tool.input, str) else tool.input


def _body(file: Path, case: CaseWritten) -> bytes:
    if case.request_file is not None:
        return text_of(file.parent / case.request_file).encode()
    if case.prompt is not None:
        return prompt_body(case.prompt)
    if case.request is None and case.tool is not None:
        return prompt_body("")
    return _bytes(case.request)

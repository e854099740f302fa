"""A pasted request judged by the policies on this machine, as `gatehouse policy explain` does."""

import json
from collections.abc import Callable, Mapping, Sequence

from sidecar.control.web.questions.asking import NotReadable
from sidecar.control.web.questions.rehearsed import Asker, Explained, RuleLine
from sidecar.control.web.questions.sessions import Kept
from sidecar.core.errors import ConfigurationError
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Kind
from sidecar.core.policy.explain import Line
from sidecar.core.policy.facts import RequestFacts
from sidecar.processes.bundles import sources
from sidecar.processes.explaining import explained, placeholder
from sidecar.processes.rehearsal import JSON, TEXT, Call, prompt_body, prompt_passed
from sidecar.rulebook.book import book_of
from sidecar.settings.values import Settings


def rehearsal_of(settings: Settings, asker: Asker, body: bytes) -> Explained:
    """A text that is no JSON is judged as somebody's prompt. The files are read anew: what is explained is what stands
    in them now, whether or not a gate has taken it already."""
    try:
        book = book_of(sources(settings))
    except ConfigurationError as error:
        raise NotReadable(f"The policies on this machine cannot be read: {error}") from error
    caller = Caller(asker.subject, "company", tuple(asker.groups))
    kind = next((one.kind for one in settings.connections if one.name == asker.connection), Kind.CLAUDE)
    call, plain = _READ[kind](caller, asker, body)
    what = explained(book, call)
    why, outcome = what.explanation, what.outcome
    lines = [_line(line, outcome.findings) for line in why.lines] if why else []
    limits = [
        RuleLine(over.policy or "", over.rule or "", "deny", shadow, None, True, ())
        for shadow, over in (why.limits if why else ())
    ]
    return Explained(
        verdict=outcome.verdict,
        policy=outcome.policy,
        rule=outcome.rule,
        because=why.because if why else outcome.text,
        passes=prompt_passed(outcome.text) if plain else outcome.text,
        facts=_facts(kind, what.facts),
        lines=[*lines, *limits],
        placeholders={kept.placeholder: line.rule for line in lines for kept in line.found if kept.placeholder},
    )


Read = Callable[[Caller, Asker, bytes], tuple[Call, bool]]


def _to_a_model(caller: Caller, asker: Asker, pasted: bytes) -> tuple[Call, bool]:
    """A request, and whether it was made here from a text."""
    text = _text(pasted)
    body = _json(text) if text.startswith("{") else prompt_body(text)
    return Call(caller, asker.connection, asker.path, body), not text.startswith("{")


def _to_a_server(caller: Caller, asker: Asker, pasted: bytes) -> tuple[Call, bool]:
    text = _text(pasted)
    if not text.startswith("{"):
        raise NotReadable(f"{asker.connection} is an MCP server: paste a message as JSON, such as a `tools/call`.")
    return Call(caller, asker.connection, "", _json(text), kind=Kind.MCP), False


def _plain(caller: Caller, asker: Asker, pasted: bytes) -> tuple[Call, bool]:
    """First a line with method and path, then the body."""
    line, _, rest = _text(pasted).partition("\n")
    method, _, path = line.strip().partition(" ")
    if not path.startswith("/"):
        raise NotReadable(
            f"Over plain HTTP to {asker.connection}: begin with a line such as `POST /orders`, then the body."
        )
    body = rest.strip()
    headers = JSON if body.startswith(("{", "[")) else TEXT
    return Call(
        caller, asker.connection, path, body.encode(), method=method, kind=Kind.HTTP, headers=headers if body else ()
    ), False


_READ: Mapping[Kind, Read] = {Kind.CLAUDE: _to_a_model, Kind.MCP: _to_a_server, Kind.HTTP: _plain}


def _text(pasted: bytes) -> str:
    return pasted.decode("utf-8", "replace").strip()


def _json(text: str) -> bytes:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"This begins like JSON, but it is not: {error}.") from error
    return text.encode()


def _line(line: Line, findings: Sequence[Mapping[str, object]]) -> RuleLine:
    rule = line.rule
    does = rule.action.name.lower() + (f", {rule.how.value}" if rule.how else "")
    found = [
        Kept(
            one.place.value, rule.id, one.detector, one.path, does, placeholder(one, line, findings) or "", rule.shadow
        )
        for one in line.found
    ]
    return RuleLine(rule.policy, rule.id, does, rule.shadow, line.idle, line.acts, found)


def _facts(kind: Kind, facts: RequestFacts | None) -> str:
    if facts is None:
        return ""
    if kind is not Kind.CLAUDE:
        return f"{facts.method} {facts.path}" if kind is Kind.HTTP else " ".join((facts.endpoint, *facts.tools))
    tools = f", {len(facts.tools)} tools" if facts.tools else ""
    return (
        f"model {facts.model or 'none'}, about {facts.prompt_tokens:,} prompt tokens, {facts.messages} messages{tools}"
    )

"""Cases for `gatehouse policy test`, as a person writes them: a call, and what must come of it."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, model_validator

from sidecar.core.policy.section import Section
from sidecar.core.policy.words import GIVEN, LIST, MANY, EffectName


class CallerWritten(Section):
    subject: Annotated[str, Field(description="Verified name of the caller.")] = "someone"
    groups: Annotated[tuple[str, ...], *LIST, Field(description="Groups of the caller.")] = ()
    provider: Annotated[str, Field(description="Identity provider that verified the caller.")] = "company"


class ExpectWritten(Section):
    verdict: Annotated[
        Literal["allow", "mask", "hold", "deny", "nobody"],
        Field(description="`hold`: people are asked. `nobody`: no policy applies to this caller, so nothing passes."),
    ]
    rule: Annotated[
        str | None, GIVEN, Field(description="Id of the rule that wins, or `limits.models` and the like.")
    ] = None
    findings: Annotated[
        tuple[str, ...] | None, *LIST, Field(description="Detectors that a rule acted on: all of them, no others.")
    ] = None
    shadow: Annotated[
        tuple[str, ...] | None, *LIST, Field(description="Ids of rules in shadow that would have acted.")
    ] = None
    effects: Annotated[
        tuple[EffectName, ...] | None,
        *LIST,
        Field(description="Effects of the call in `tool`, `mcp` or `http`: all of them, no others."),
    ] = None
    contains: Annotated[
        tuple[str, ...], *LIST, Field(description="Texts that stand in what passes, or in the denial.")
    ] = ()
    lacks: Annotated[
        tuple[str, ...], *LIST, Field(description="Texts that stand nowhere in what passes, or in the denial.")
    ] = ()


class ToolWritten(Section):
    name: Annotated[str, Field(description="Name of the tool: `Bash`, `mcp__tickets__close`.")]
    input: Annotated[
        str | dict[str, JsonValue], Field(description="Its input; a text stands for `{command: text}`.")
    ] = {}  # noqa: RUF012  (pydantic copies it)


class McpCallWritten(Section):
    connection: Annotated[str, Field(description="Name of the connection, of kind `mcp`.")]
    method: Annotated[str, Field(description="Method of the message.")] = "tools/call"
    name: Annotated[str | None, GIVEN, Field(description="Tool or prompt that is asked for.")] = None
    arguments: Annotated[dict[str, JsonValue] | None, GIVEN, Field(description="Its arguments.")] = None
    params: Annotated[
        dict[str, JsonValue] | None, GIVEN, Field(description="Other parameters of the message: `{uri: ...}`.")
    ] = None
    result: Annotated[
        str | list[JsonValue] | dict[str, JsonValue] | None,
        GIVEN,
        Field(
            description="What the server answers: a text, content blocks, or a whole result; then it is judged as well."
        ),
    ] = None


class HttpCallWritten(Section):
    connection: Annotated[str, Field(description="Name of the connection, of kind `http`.")]
    method: Annotated[str, Field(description="Method of the request.")] = "GET"
    path: Annotated[str, Field(description="Path behind the connection, with the query.")] = "/"
    headers: Annotated[dict[str, str], Field(description="Headers of the request.")] = {}  # noqa: RUF012
    body: Annotated[
        str | list[JsonValue] | dict[str, JsonValue] | None,
        GIVEN,
        Field(description="Its body: a text, or JSON. A `content-type` among `headers` says otherwise."),
    ] = None
    answer: Annotated[
        str | list[JsonValue] | dict[str, JsonValue] | None,
        GIVEN,
        Field(description="What the server answers, a text or JSON; then it is judged as well."),
    ] = None
    upgrade: Annotated[
        Literal["websocket"] | None, GIVEN, Field(description="It asks for this, at a connection that takes it.")
    ] = None

    @model_validator(mode="after")
    def _unread(self) -> "HttpCallWritten":
        if self.upgrade and (self.body is not None or self.answer is not None):
            raise ValueError("what passes after an upgrade is judged by nobody: leave body and answer out")
        return self


class CaseWritten(Section):
    note: Annotated[str, Field(description="What this case shows.")]
    caller: Annotated[CallerWritten, Field(description="Who calls.")] = CallerWritten()
    connection: Annotated[str, Field(description="Name of the connection.")] = "claude"
    method: Annotated[str, Field(description="Method of the request.")] = "POST"
    path: Annotated[str, Field(description="Path of the request.")] = "/v1/messages"
    prompt: Annotated[str | None, GIVEN, Field(description="Short for a request with this one user message.")] = None
    request: Annotated[dict[str, JsonValue] | None, GIVEN, Field(description="Body of the request.")] = None
    request_file: Annotated[str | None, GIVEN, Field(description="File with the body, beside this one.")] = None
    answer: Annotated[
        str | list[JsonValue] | None,
        GIVEN,
        Field(description="What the model answers, a text or content blocks; then the answer is judged as well."),
    ] = None
    tool: Annotated[
        ToolWritten | None,
        GIVEN,
        Field(description="A call of a tool that the model answers with, after `answer` if there is one."),
    ] = None
    mcp: Annotated[
        McpCallWritten | None, GIVEN, Field(description="A message to an MCP server, in place of a request to a model.")
    ] = None
    http: Annotated[
        HttpCallWritten | None, GIVEN, Field(description="A request over plain HTTP, in place of one to a model.")
    ] = None
    expect: Annotated[ExpectWritten, Field(description="What must come of it.")]


Vocabulary = Annotated[
    dict[str, Annotated[tuple[str, ...], *LIST]],
    Field(description="Texts put together from fragments; `$(name)` stands for one in the cases."),
]


class CasesWritten(Section):
    """A file of cases beside the policies it is about."""

    policies: Annotated[tuple[str, ...], *MANY, Field(description="Policy files, beside this one.")]
    words: Vocabulary = {}  # noqa: RUF012  (pydantic copies it)
    cases: Annotated[tuple[CaseWritten, ...], *LIST, Field(description="The cases.")]

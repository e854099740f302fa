"""A policy as a person writes it: every key, its default, its sentence.

Rules:
- The descriptions here are what the published JSON Schema says.
- What one value must be on its own is said here and in `words.py`; what several must be together is in `agreement.py`.
- Types are strict: `"60"` is not 60, and `yes` is not a text.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from sidecar.core.policy.words import (
    GIVEN,
    LIST,
    MANY,
    AllowedPath,
    Cel,
    Glob,
    Group,
    Keyword,
    Label,
    Name,
    Regex,
    Reuse,
    Say,
    Timeout,
)

PlaceName = Literal["system", "prompt", "tool_result", "tool_call", "tool_description", "response", "thinking"]
EffectName = Literal[
    "reads",
    "writes",
    "deletes",
    "destroys_data",
    "runs_code",
    "escalates",
    "leaves_machine",
    "reads_secret",
    "changes_access",
    "installs",
    "spends",
    "unknown",
]
Number = Annotated[int, Field(gt=0, lt=2**53)]
# The ledger counts a minute in memory; beyond this it is no limit on an agent but a load test.
PerMinute = Annotated[int, Field(gt=0, le=1_000_000)]
# More people than this never agree in time.
Approvals = Annotated[int, Field(ge=1, le=10)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class AppliesWritten(Section):
    connections: Annotated[
        tuple[Glob, ...] | None, *MANY, Field(description="Names of connections, with * for any characters.")
    ] = None
    groups: Annotated[
        tuple[Glob, ...] | None, *MANY, Field(description="Groups of the caller; one of them is enough.")
    ] = None
    subjects: Annotated[tuple[Glob, ...] | None, *MANY, Field(description="Verified names of callers.")] = None


class LimitsWritten(Section):
    models: Annotated[tuple[Glob, ...] | None, *MANY, Field(description="Models that may be asked for.")] = None
    prompt_tokens: Annotated[
        Number | None, GIVEN, Field(description="Most prompt tokens in one request (estimated).")
    ] = None
    max_tokens: Annotated[Number | None, GIVEN, Field(description="Largest max_tokens in one request.")] = None
    requests_per_minute: Annotated[
        PerMinute | None, GIVEN, Field(description="Requests of one caller in any minute.")
    ] = None
    input_tokens_per_day: Annotated[
        Number | None, GIVEN, Field(description="Input tokens of one caller in a UTC day, as the provider counts them.")
    ] = None
    output_tokens_per_day: Annotated[
        Number | None,
        GIVEN,
        Field(description="Output tokens of one caller in a UTC day, as the provider counts them."),
    ] = None


class FullWritten(Section):
    when_full: Annotated[
        Literal["refuse", "pass"],
        Field(
            description="At the limit of the record: `refuse` calls, or let allowed and masked ones `pass` unrecorded, "
            "counted. Needs connections by name, and every other policy of the call to say so too."
        ),
    ] = "refuse"


class MatchWritten(Section):
    regex: Annotated[
        Regex | None,
        GIVEN,
        Field(description="RE2 expression that finds text; the whole match counts. Give one source."),
    ] = None
    keywords: Annotated[
        tuple[Keyword, ...] | None,
        *MANY,
        Field(description="Words or phrases that are found in any case, as whole words."),
    ] = None
    path: Annotated[
        tuple[Glob, ...] | None,
        *MANY,
        Field(description="Only in text at this JSON path or below: `messages[*].content`, `*.ssn`."),
    ] = None
    tool: Annotated[
        Regex | None,
        GIVEN,
        Field(
            description="RE2 that fits the whole name of a tool: where text is looked for, or which calls are meant."
        ),
    ] = None
    changed: Annotated[
        Literal[True] | None, GIVEN, Field(description="A tool that an MCP server changed since it was first listed.")
    ] = None
    media: Annotated[
        tuple[Glob, ...] | None, *MANY, Field(description="Only when the request carries such media: `image/*`.")
    ] = None
    model: Annotated[tuple[Glob, ...] | None, *MANY, Field(description="Only when such a model is asked for.")] = None


class DenyWritten(Section):
    as_: Annotated[
        Literal["error", "answer", "tool", "text"],
        Field(
            alias="as",
            description="`error`: the call fails. `answer`: the assistant says so, the session goes on. Of tool calls: "
            "`tool` (their default): the agent gets the call under a name that no tool has, and goes on; `text`: the "
            "assistant says so in its place, for clients that run no tools in a loop.",
        ),
    ] = "error"


class RuleWritten(Section):
    id: Annotated[Name, Field(description="Name of the rule, once in a policy; the client sees it in a denial.")]
    description: Annotated[str | None, GIVEN, Field(description="For the people who read this file.")] = None
    where: Annotated[
        tuple[PlaceName, ...] | None,
        *MANY,
        Field(description="Places whose text is looked at. Left out: all; with `do: hold`, those of a request."),
    ] = None
    detect: Annotated[
        tuple[Glob, ...] | None, *MANY, Field(description="Detectors that find text: `secret/*`, `pii/email`.")
    ] = None
    match: Annotated[
        MatchWritten | None, GIVEN, Field(description="Text of your own to find, and narrower conditions.")
    ] = None
    if_: Annotated[
        Cel | None,
        GIVEN,
        Field(alias="if", description="CEL over identity, request and connection; the rule needs it true."),
    ] = None
    do: Annotated[Literal["allow", "mask", "hold", "deny"], Field(description="What happens; the strictest wins.")]
    how: Annotated[
        Literal["redact", "token", "last4", "hash"] | None,
        GIVEN,
        Field(description="How a mask replaces: redact (default), token (the agent gets it back), last4, hash."),
    ] = None
    label: Annotated[Label | None, GIVEN, Field(description="Word in the placeholder in place of the detector's.")] = (
        None
    )
    say: Annotated[Say | None, GIVEN, Field(description="Sentence that the client reads in a denial.")] = None
    deny: Annotated[
        DenyWritten | None, GIVEN, Field(description="With `do: deny` or `do: hold`: how a denial looks to the agent.")
    ] = None
    stage: Annotated[
        Literal["enforce", "shadow"], Field(description="`shadow`: decide and record, change nothing.")
    ] = "enforce"
    effect: Annotated[
        tuple[EffectName, ...] | None,
        *MANY,
        Field(description="Effects of a tool call, one of which it must have; `unknown` is one of them."),
    ] = None
    unknown: Annotated[
        Literal["as-worst", "pass"] | None,
        GIVEN,
        Field(
            description="With `effect`: a call that cannot be read to its end counts as having every effect "
            "(`as-worst`), or only those that were seen (`pass`). Left out: as-worst for shells, SQL and code."
        ),
    ] = None
    instead: Annotated[
        Say | None, GIVEN, Field(description="Sentence that the agent reads after a denied tool call: what to do.")
    ] = None
    quarantine: Annotated[
        bool | None, GIVEN, Field(description="A denied tool call also stops the rest of its session.")
    ] = None
    approvers: Annotated[
        tuple[Group, ...] | None,
        *MANY,
        Field(description="With `do: hold`: groups of which a person must be one to decide; any reviewer if left out."),
    ] = None
    approvals: Annotated[
        Approvals | None, GIVEN, Field(description="With `do: hold`: how many different people must say yes; 1.")
    ] = None
    timeout: Annotated[
        Timeout | None, GIVEN, Field(description="With `do: hold`: how long the call waits for people; 10m.")
    ] = None
    rationale: Annotated[
        Literal["required", "optional"] | None,
        GIVEN,
        Field(description="With `do: hold`: whether who decides has to say why; optional."),
    ] = None
    reuse: Annotated[
        Reuse | None,
        GIVEN,
        Field(
            description="With `do: hold`: how long a yes may cover this rule in the same session; one call if left out."
        ),
    ] = None


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
    contains: Annotated[
        tuple[str, ...], *LIST, Field(description="Texts that stand in what passes, or in the denial.")
    ] = ()
    lacks: Annotated[
        tuple[str, ...], *LIST, Field(description="Texts that stand nowhere in what passes, or in the denial.")
    ] = ()


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
    expect: Annotated[ExpectWritten, Field(description="What must come of it.")]


Vocabulary = Annotated[
    dict[str, Annotated[tuple[str, ...], *LIST]],
    Field(description="Texts put together from fragments; `$(name)` stands for one in the cases."),
]


class PolicyWritten(Section):
    policy: Annotated[Name, Field(description="Name of the policy, once at a gate.")]
    description: Annotated[str | None, GIVEN, Field(description="For the people who read this file.")] = None
    applies: Annotated[
        AppliesWritten, Field(description="Whom it is for: each key that is named must fit; nothing named = everyone.")
    ] = AppliesWritten()
    stage: Annotated[
        Literal["enforce", "shadow"], Field(description="`shadow`: decide and record, change nothing.")
    ] = "enforce"
    limits: Annotated[LimitsWritten, Field(description="Limits for each caller.")] = LimitsWritten()
    paths: Annotated[
        tuple[AllowedPath, ...] | None,
        *MANY,
        Field(description="Paths beyond the known ones that may be used: `/v1/files*`, `GET /v1/skills`."),
    ] = None
    bodies: Annotated[
        tuple[Glob, ...] | None, *MANY, Field(description="Over plain HTTP: types that may be sent unread: `image/*`.")
    ] = None
    record: Annotated[FullWritten, Field(description="What happens when a call cannot be recorded.")] = FullWritten()
    rules: Annotated[tuple[RuleWritten, ...], *LIST, Field(description="The rules; their order never matters.")] = ()
    words: Vocabulary = {}
    tests: Annotated[tuple[CaseWritten, ...], *LIST, Field(description="Cases for `gatehouse policy test`.")] = ()


class CasesWritten(Section):
    """A file of cases beside the policies it is about."""

    policies: Annotated[tuple[str, ...], *MANY, Field(description="Policy files, beside this one.")]
    words: Vocabulary = {}
    cases: Annotated[tuple[CaseWritten, ...], *LIST, Field(description="The cases.")]

"""A policy as a person writes it: every key, its default, its sentence.

Rules:
- The descriptions here are what the published JSON Schema says.
- What one value must be on its own is said here and in `words.py`; what several must be together is in `agreement.py`.
- Types are strict: `"60"` is not 60, and `yes` is not a text.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from sidecar.core.policy.cases import CaseWritten, Vocabulary
from sidecar.core.policy.describe_written import UnderstandWritten
from sidecar.core.policy.match_written import MatchWritten, PlaceName, UpgradeName
from sidecar.core.policy.section import Section
from sidecar.core.policy.use_written import Dollars, PriceWritten, SessionWritten
from sidecar.core.policy.words import (
    GIVEN,
    LIST,
    MANY,
    AllowedPath,
    Cel,
    EffectName,
    FieldName,
    Glob,
    Group,
    Label,
    Name,
    Reuse,
    Say,
    Timeout,
)

Number = Annotated[int, Field(gt=0, lt=2**53)]
# The ledger counts a minute in memory; beyond this it is no limit on an agent but a load test.
PerMinute = Annotated[int, Field(gt=0, le=1_000_000)]
# More people than this never agree in time.
Approvals = Annotated[int, Field(ge=1, le=10)]


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
    requests_per_day: Annotated[
        Number | None, GIVEN, Field(description="Requests of one caller in a UTC day, calls of MCP tools too.")
    ] = None
    cost_per_day: Annotated[
        Dollars | None, GIVEN, Field(description="Dollars of one caller in a UTC day, at the prices in `prices`.")
    ] = None
    session: Annotated[SessionWritten | None, GIVEN, Field(description="Limits on each session of a caller.")] = None
    prices: Annotated[
        dict[Glob, PriceWritten] | None,
        GIVEN,
        Field(description="What models cost, by name with * for any characters; one without a price costs the most."),
    ] = None


class FullWritten(Section):
    when_full: Annotated[
        Literal["refuse", "pass"],
        Field(
            description="At the limit of the record: `refuse` calls, or let allowed and masked ones `pass` unrecorded, "
            "counted. Needs connections by name, and every other policy of the call to say so too."
        ),
    ] = "refuse"


class MaskWritten(Section):
    fields: Annotated[
        tuple[FieldName, ...],
        *MANY,
        Field(
            description="Names of JSON fields, columns and keys whose values are masked wherever they stand, with * "
            "for any characters: `ssn`, `*_token`, `card.number`. Any case; `_`, `-` and blanks make no difference."
        ),
    ]


class DenyWritten(Section):
    as_: Annotated[
        Literal["error", "answer", "tool", "text", "result"],
        Field(
            alias="as",
            description="`error`: the call fails. `answer`: the assistant says so, the session goes on. Of tool calls: "
            "`tool` (their default): the agent gets the call under a name that no tool has, and goes on; `text`: the "
            "assistant says so in its place, for clients that run no tools in a loop. Of results of tools: `result` "
            "(their default): the model reads a sentence in its place, as an error of the tool, and goes on.",
        ),
    ] = "error"


def _do_where_it_is_plain(schema: JsonDict) -> None:
    required = schema.get("required")
    if isinstance(required, list):
        schema["required"] = [key for key in required if key != "do"]
        schema["anyOf"] = [{"required": ["do"]}, {"required": ["mask"]}]


class RuleWritten(Section):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, json_schema_extra=_do_where_it_is_plain)

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
    mask: Annotated[
        MaskWritten | None,
        GIVEN,
        Field(
            description="Values of fields by name, in what tools, MCP servers and plain HTTP give back: JSON, CSV, "
            "tables, YAML. Means `do: mask`."
        ),
    ] = None
    how: Annotated[
        Literal["redact", "token", "last4", "hash"] | None,
        GIVEN,
        Field(description="How a mask replaces: redact (default), token (the agent gets it back), last4, hash."),
    ] = None
    numbers: Annotated[
        Literal["text", "zero", "none"] | None,
        GIVEN,
        Field(
            description="What a masked number or truth value of JSON becomes: its placeholder as text (default), zero "
            "(0, false: for clients that check types), none (null)."
        ),
    ] = None
    returns_to: Annotated[
        tuple[Glob, ...] | None,
        *MANY,
        Field(
            description="With `how: token`: MCP connections whose tools get the value in their arguments, with * for "
            "any characters. The one whose result it was taken out of always does."
        ),
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
    after: Annotated[
        tuple[EffectName, ...] | None,
        *MANY,
        Field(description="Only once the session has let a tool call go that had one of these effects."),
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

    @model_validator(mode="before")
    @classmethod
    def _masks(cls, value: object) -> object:
        """Who says what is to be masked need not say that it is."""
        return {"do": "mask", **value} if isinstance(value, dict) and "mask" in value else value


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
    upgrades: Annotated[
        tuple[UpgradeName, ...] | None,
        *MANY,
        Field(
            description="Over plain HTTP: `websocket` may be opened although rules here read texts: its frames pass "
            "unread."
        ),
    ] = None
    understand: Annotated[
        UnderstandWritten | None,
        GIVEN,
        Field(description="What programs and tools of your own do, which nobody else can know."),
    ] = None
    record: Annotated[FullWritten, Field(description="What happens when a call cannot be recorded.")] = FullWritten()
    rules: Annotated[tuple[RuleWritten, ...], *LIST, Field(description="The rules; their order never matters.")] = ()
    words: Vocabulary = {}  # noqa: RUF012  (pydantic copies it)
    tests: Annotated[tuple[CaseWritten, ...], *LIST, Field(description="Cases for `gatehouse policy test`.")] = ()

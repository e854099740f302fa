"""How much a session may use, as a person writes it."""

from typing import Annotated

from pydantic import Field

from sidecar.core.policy.section import Section
from sidecar.core.policy.words import GIVEN, Duration, Glob

Number = Annotated[int, Field(gt=0, lt=2**53)]
# As many as a session's memory tells apart.
Hosts = Annotated[int, Field(gt=0, le=200)]
Dollars = Annotated[float, Field(gt=0, lt=1e9, strict=False)]


class SessionWritten(Section):
    requests: Annotated[Number | None, GIVEN, Field(description="Requests of one session.")] = None
    tool_calls: Annotated[Number | None, GIVEN, Field(description="Tool calls that the model may make.")] = None
    tools: Annotated[
        dict[Glob, Number] | None,
        GIVEN,
        Field(description="Most calls of tools by name, with * for any characters: `{Bash: 50, mcp__*: 20}`."),
    ] = None
    input_tokens: Annotated[
        Number | None, GIVEN, Field(description="Input tokens, cached ones too, as the provider counts them.")
    ] = None
    output_tokens: Annotated[Number | None, GIVEN, Field(description="Output tokens, as the provider counts them.")] = (
        None
    )
    cost: Annotated[Dollars | None, GIVEN, Field(description="Dollars, at the prices in `limits.prices`.")] = None
    duration: Annotated[
        Duration | None, GIVEN, Field(description="How long a session may go on after its first request: `2h`.")
    ] = None
    hosts: Annotated[Hosts | None, GIVEN, Field(description="Different hosts that tool calls may name.")] = None
    denials: Annotated[
        Number | None,
        GIVEN,
        Field(description="After so many denied requests and tool calls people are asked before it goes on."),
    ] = None


class PriceWritten(Section):
    input: Annotated[Dollars, Field(description="Dollars for a million input tokens.")]
    output: Annotated[Dollars, Field(description="Dollars for a million output tokens.")]
    cached: Annotated[
        Dollars | None, GIVEN, Field(description="Dollars for a million tokens read from the cache; those of input.")
    ] = None

"""What a rule looks for, as a person writes it."""

from typing import Annotated, Literal

from pydantic import Field

from sidecar.core.policy.section import Section
from sidecar.core.policy.words import GIVEN, MANY, Glob, Keyword, Regex

UpgradeName = Literal["websocket"]
PlaceName = Literal["system", "prompt", "tool_result", "tool_call", "tool_description", "response", "thinking"]


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
    upgrade: Annotated[
        tuple[UpgradeName, ...] | None, *MANY, Field(description="Only when a request leaves HTTP for this: websocket.")
    ] = None

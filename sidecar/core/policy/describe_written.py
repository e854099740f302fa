"""What programs and tools of one's own do, as a person writes it."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sidecar.core.policy.section import Section
from sidecar.core.policy.words import GIVEN, MANY, MAX_ENTRIES, MAX_GLOB, EffectName

HARMLESS = "harmless"
_STEP = r"[A-Za-z0-9_.+@-]+"
_PROGRAM = re.compile(rf"(?:~/|/)?(?:{_STEP}/)*[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_WORD = re.compile(r"\*|[A-Za-z0-9_.:/@%+=,~-]+")
_TOOL = re.compile(r"[A-Za-z0-9_.:*-]+")
# A group, a kind, a verb and an option are four.
MOST_WORDS = 8


def _program(value: str) -> str:
    name, *words = value.split(" ")
    fits = _PROGRAM.fullmatch(name) and all(map(_WORD.fullmatch, words))
    if not fits or len(value) > MAX_GLOB or len(words) > MOST_WORDS:
        raise ValueError(
            f"expected a program and at most {MOST_WORDS} words that the call begins with, such as `acmectl`, "
            "`acmectl tenants delete` or `./bin/deploy`; `*` may stand for one word, not for the program"
        )
    return value


def _tool(value: str) -> str:
    if not _TOOL.fullmatch(value) or len(value) > MAX_GLOB:
        raise ValueError("expected the name of a tool such as `mcp__desk__reserve`, with * for any characters")
    return value


Program = Annotated[str, AfterValidator(_program), Field(json_schema_extra={"minLength": 1, "maxLength": MAX_GLOB})]
Tool = Annotated[str, AfterValidator(_tool), Field(json_schema_extra={"pattern": f"^{_TOOL.pattern}$"})]
Effects = Annotated[tuple[Literal[EffectName, "harmless"], ...], *MANY]


class UnderstandWritten(Section):
    programs: Annotated[
        dict[Program, Effects] | None,
        GIVEN,
        Field(
            description="What a program does, by its name or path and the words that its call begins with: "
            "`acmectl delete: [deletes, destroys_data]`. The longest that fits counts; `harmless` is no effect.",
            json_schema_extra={"maxProperties": MAX_ENTRIES},
        ),
    ] = None
    tools: Annotated[
        dict[Tool, Effects] | None,
        GIVEN,
        Field(
            description="What a tool does, by its name, with * for any characters: `mcp__zen__*: harmless`.",
            json_schema_extra={"maxProperties": MAX_ENTRIES},
        ),
    ] = None

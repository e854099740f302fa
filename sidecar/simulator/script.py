"""A script: what the simulated model answers, in order, as a YAML file.

    turns:
      - match: "(?i)list the files"        # RE2 on the last thing a person wrote; nothing: whatever comes
        reply:
          - {think: "They want a list."}
          - {tool: Bash, input: {command: "ls -l"}}
      - {reply: [{text: "Two files."}], stall: 2, sizes: [3, 1]}
      - {match: flaky, status: 529, times: 2}
      - {match: always, times: 0, reply: [{text: "Every time."}]}   # 0: never used up

Rules: the first turn that fits and is not used up answers. A turn without `match` only answers a request that has
tools, because agents make small requests of their own (a title for the session, say) that are not in anyone's script.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import re2
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sidecar.core.errors import ConfigurationError
from sidecar.core.model.document import read_yaml, validated
from sidecar.simulator.ask import Ask
from sidecar.simulator.failure import FAILURES, failure
from sidecar.simulator.reply import Cut, Delivery, Part, Reply, Say, Think, Use, Whole, dump

Seconds = Annotated[float, Field(ge=0, le=3600)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Block(_Shape):
    """One block: exactly one of text, think, redacted, tool, block."""

    text: str | None = None
    citations: list[dict[str, object]] = []
    think: str | None = None
    redacted: Literal[True] | None = None
    tool: str | None = Field(default=None, pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    input: dict[str, object] = {}
    block: dict[str, object] | None = None

    @model_validator(mode="after")
    def _one(self) -> "_Block":
        named = [name for name in MAKE if getattr(self, name) is not None]
        if len(named) != 1:
            raise ValueError(f"needs exactly one of {', '.join(MAKE)}")
        if self.block is not None and not isinstance(self.block.get("type"), str):
            raise ValueError("block.type is required")
        return self

    def part(self) -> Part:
        return next(make(self) for name, make in MAKE.items() if getattr(self, name) is not None)


MAKE: dict[str, Callable[[_Block], Part]] = {
    "text": lambda block: Say(block.text or "", tuple(block.citations)),
    "think": lambda block: Think(block.think or ""),
    "redacted": lambda _: Think("", redacted=True),
    "tool": lambda block: Use(block.tool or "", dump(block.input).decode()),
    "block": lambda block: Whole(block.block or {}),
}


class _Turn(_Shape):
    match: str | None = None
    times: Annotated[int, Field(ge=0)] = 1
    reply: list[_Block] = []
    stop: str | None = None
    status: int | None = None
    message: str | None = None
    retry_after: str | None = None
    final: bool = False
    slow: Seconds = 0
    stall: Seconds = 0
    pace: Seconds = 0
    cut: Cut | None = None
    error: int | None = None
    encoding: Literal["gzip", "br", "zstd"] | None = None
    sizes: list[Annotated[int, Field(ge=1)]] = []
    wire: Annotated[int, Field(ge=0)] = 0
    pings: Annotated[int, Field(ge=0, le=1000)] = 1
    unknown: bool = False

    @model_validator(mode="after")
    def _sense(self) -> "_Turn":
        if self.status is not None and self.status not in FAILURES:
            raise ValueError(f"status must be one of {', '.join(map(str, FAILURES))}")
        if not self.reply and self.status is None:
            raise ValueError("needs a reply or a status")
        try:
            re2.compile(self.match or "")
        except re2.error as error:
            raise ValueError(f"match is not a regular expression: {error}") from error
        return self

    def answer(self) -> Reply:
        given = {name: getattr(self, name) for name in DELIVERED}
        delivery = Delivery(sizes=tuple(self.sizes), **given)
        failed = (
            failure(self.status, self.message, retry_after=self.retry_after, final=self.final) if self.status else None
        )
        return Reply(tuple(block.part() for block in self.reply), self.stop, failed, delivery)


DELIVERED = ("slow", "stall", "pace", "cut", "error", "encoding", "wire", "pings", "unknown")


class _Written(_Shape):
    turns: Annotated[list[_Turn], Field(min_length=1)]


class Script:
    """Called with a request: the reply of the first turn that fits, or nothing."""

    def __init__(self, turns: list[_Turn]) -> None:
        self._turns = [(turn, re2.compile(turn.match) if turn.match is not None else None) for turn in turns]
        self._used = [0] * len(turns)

    def __call__(self, ask: Ask) -> Reply | None:
        prompt = ask.prompt()
        for at, (turn, match) in enumerate(self._turns):
            fits = match.search(prompt) is not None if match is not None else bool(ask.tools)
            if fits and (not turn.times or self._used[at] < turn.times):
                self._used[at] += 1
                return turn.answer()
        return None


def read_script(text: str, file: str) -> Script:
    """YAML to a script, or every mistake with its line."""
    return Script(validated(read_yaml(text, file), _Written).turns)


def load_script(path: Path) -> Script:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise ConfigurationError.single(str(path), f"cannot read this script: {reason}") from error
    return read_script(text, str(path))

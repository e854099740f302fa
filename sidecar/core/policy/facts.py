"""What a policy is told about a call, and about something that was found in it."""

from dataclasses import dataclass
from typing import Literal

from sidecar.core.model.effect import Effect
from sidecar.core.model.place import Place
from sidecar.core.model.session_use import SessionUse

NOTHING_YET = SessionUse()
Direction = Literal["request", "answer"]
# As what it is found that a tool of an MCP server is not what it was.
CHANGED = "mcp/changed"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """All that rules without text look at. `models` holds every model a batch asks for; `model` is the first.
    `tool_types`: of tools that the API itself defines; `mcp_servers`: addresses that the provider is told to reach."""

    model: str
    models: tuple[str, ...]
    stream: bool
    max_tokens: int | None
    prompt_tokens: int
    tools: tuple[str, ...]
    media: tuple[str, ...]
    method: str
    path: str
    endpoint: str
    messages: int
    tool_types: tuple[str, ...] = ()
    mcp_servers: tuple[str, ...] = ()
    upgrade: str = ""  # what the request leaves HTTP for

    @property
    def all_models(self) -> tuple[str, ...]:
        """Each model once; nothing when the request names none."""
        return tuple(dict.fromkeys(name for name in (self.model, *self.models) if name))


@dataclass(frozen=True, slots=True)
class Found:
    """A detector matched in a text. Never the value. `key`: it stands in a JSON key, which cannot be masked."""

    place: Place
    path: str
    detector: str
    label: str
    tool: str | None
    direction: Direction
    key: bool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a tool call would do. `runs`: it hands the machine something to run (a shell, SQL, code), so that what could
    not be read of it may be anything. `before`: what its session has done so far."""

    tool: str | None
    effects: frozenset[Effect]
    runs: bool
    before: SessionUse = NOTHING_YET

"""A request of the Messages API: its shape, and what the simulated model wants to know of it.

Rules: fields nobody knows are tolerated; a message's string content counts as one text block; what is wrong is said
with the place first, as the API does (`messages.2.content.0: ...`). `system` is a role too: the Claude Agent SDK
sends its environment and the tools it has as messages of that role in the middle of a conversation.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sidecar.simulator.failure import failure
from sidecar.simulator.reply import Json

T = TypeVar("T")
ROLES = frozenset({"user", "assistant", "system"})
REMINDER = re.compile(r"<system-reminder>.*?</system-reminder>\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Message:
    role: str
    content: tuple[Json, ...]

    def of_type(self, kind: str) -> tuple[Json, ...]:
        return tuple(block for block in self.content if block.get("type") == kind)

    def text(self) -> str:
        """What a person wrote: its text blocks, without the reminders that an agent slips in."""
        texts = [REMINDER.sub("", str(block.get("text", ""))).strip() for block in self.of_type("text")]
        return "\n".join(text for text in texts if text)


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One request. Equal only to itself, so that what was worked out about it can be kept."""

    model: str
    max_tokens: int
    stream: bool
    system: tuple[Json, ...]
    tools: tuple[Json, ...]
    messages: tuple[Message, ...]
    body: Json

    def prompt_at(self) -> int:
        """The index of the last message in which a person wrote something; -1 where there is none."""
        spoken = [at for at, said in enumerate(self.messages) if said.role == "user" and said.text()]
        return spoken[-1] if spoken else -1

    def prompt(self) -> str:
        at = self.prompt_at()
        return self.messages[at].text() if at >= 0 else ""

    def turns_since_prompt(self) -> int:
        """How many answers the model gave to that prompt so far (each a tool call that was then answered)."""
        return sum(said.role == "assistant" for said in self.messages[self.prompt_at() + 1 :])

    def results(self) -> tuple[str, ...]:
        """The texts of the tool results that the last turn brought."""
        last = next((said for said in reversed(self.messages) if said.role == "user"), None)
        return tuple(_result_text(block) for block in last.of_type("tool_result")) if last else ()

    def session(self, header: str | None) -> str:
        """The session the client claims, in a header or in `metadata.user_id`; empty when it claims none."""
        metadata = self.body.get("metadata")
        user = metadata.get("user_id") if isinstance(metadata, dict) else None
        return header or (user if isinstance(user, str) else "")


def _result_text(block: Json) -> str:
    content = block.get("content", "")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text", "")) for part in parts if isinstance(part, dict) and "text" in part)


def read_json(raw: bytes) -> dict[str, object]:
    """The body as a JSON object, or the API's 400."""
    try:
        value = json.loads(raw.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise failure(400, f"The request body is not valid JSON: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise failure(400, "Input should be a valid dictionary")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def read_ask(raw: bytes | Json, *, counting: bool = False) -> Ask:
    """Bytes (or parsed JSON, for a batch) to a request of the right shape. `counting`: `max_tokens` is not needed."""
    body = read_json(raw) if isinstance(raw, bytes) else dict(raw)
    model = _required(body, "model", str)
    messages = tuple(_message(at, item) for at, item in enumerate(_required(body, "messages", list)))
    limit = _required(body, "max_tokens", int) if not counting else 1
    if limit < 1:
        raise failure(400, "max_tokens: must be greater than or equal to 1")
    if not messages:
        raise failure(400, "messages: at least one message is required")
    system = _blocks("system", body.get("system") or ())
    tools = tuple(_objects("tools", body.get("tools") or ()))
    return Ask(model, limit, body.get("stream") is True, system, tools, messages, body)


def _required(body: Json, name: str, kind: type[T]) -> T:
    value = body.get(name)
    if value is None:
        raise failure(400, f"{name}: Field required")
    if not isinstance(value, kind) or isinstance(value, bool):
        raise failure(400, f"{name}: Input should be a valid {kind.__name__}")
    return value


def _objects(where: str, value: object) -> Sequence[Json]:
    if not isinstance(value, list | tuple):
        raise failure(400, f"{where}: Input should be a valid list")
    for at, item in enumerate(value):
        if not isinstance(item, Mapping):
            raise failure(400, f"{where}.{at}: Input should be a valid dictionary")
    return value


def _blocks(where: str, value: object) -> tuple[Json, ...]:
    if isinstance(value, str):
        return ({"type": "text", "text": value},)
    blocks = tuple(_objects(where, value))
    for at, block in enumerate(blocks):
        if not isinstance(block.get("type"), str):
            raise failure(400, f"{where}.{at}.type: Field required")
        if block["type"] == "text" and not block.get("text"):
            raise failure(400, f"{where}.{at}: text content blocks must be non-empty")
    return blocks


def _message(at: int, item: object) -> Message:
    if not isinstance(item, Mapping):
        raise failure(400, f"messages.{at}: Input should be a valid dictionary")
    role = _required(item, "role", str)
    if role not in ROLES:
        raise failure(400, f'messages.{at}.role: Unexpected role "{role}"')
    content = item.get("content")
    if content is None:
        raise failure(400, f"messages.{at}.content: Field required")
    if content in ("", []) and role == "user":
        raise failure(400, f"messages.{at}: user messages must have non-empty content")
    return Message(role, _blocks(f"messages.{at}.content", content) if content else ())

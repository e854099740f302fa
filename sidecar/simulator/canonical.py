"""Everything before a point of a conversation, as a chain of digests.

Strategy: a request is a row of parts (system, tools, message 0, message 1, ...); each has a digest of its canonical
JSON, and a prefix is known by the digest of the digests before it.

Rules, each because a client may do this without changing what the model reads:
- `cache_control` is left out (it moves along with every turn), and keys are sorted (Claude Code puts the keys of a
  tool's input in its schema's order);
- a number is its value, not its spelling (`5.0` comes back as `5`);
- `citations` are left out: Claude Code drops them when it replays a text;
- thinking blocks are left out of the parts, because clients drop them after a while; each carries its own seal;
- neighbouring messages of one role count as one, and string content as one text block;
- the line in `system` in which Claude Code reports its own version for billing is left out.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache

from sidecar.simulator.ask import Ask, Message
from sidecar.simulator.reply import Json

THINKING = frozenset({"thinking", "redacted_thinking"})
UNREAD = frozenset({"cache_control", "citations"})
BILLING = "x-anthropic-billing-header:"


def digest(value: object) -> str:
    """Of the canonical form; equal for everything the model reads as equal."""
    form = json.dumps(_cleaned(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(form.encode()).hexdigest()[:16]


def _cleaned(value: object) -> object:
    if isinstance(value, dict):
        return {key: _cleaned(item) for key, item in value.items() if key not in UNREAD}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def without_thinking(blocks: Iterable[Json]) -> list[Json]:
    return [block for block in blocks if block.get("type") not in THINKING]


@lru_cache(maxsize=16)  # asked for once per seal, and the tools alone are 32 KB
def head(ask: Ask) -> tuple[tuple[str, str], ...]:
    """The parts before the first message, each as (name, digest)."""
    system = [block for block in ask.system if not str(block.get("text", "")).startswith(BILLING)]
    return ("system", digest(system)), ("tools", digest(ask.tools))


def turns(messages: Sequence[Message]) -> list[Message]:
    """The conversation with neighbours of one role joined."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role:
            joined[-1] = Message(message.role, (*joined[-1].content, *message.content))
        else:
            joined.append(message)
    return joined


@lru_cache(maxsize=16)
def turn_digests(ask: Ask) -> tuple[str, ...]:
    """Of every turn, in order."""
    return tuple(message_digest(turn.role, turn.content) for turn in turns(ask.messages))


def message_digest(role: str, blocks: Iterable[Json]) -> str:
    return digest([role, without_thinking(blocks)])


def chain(digests: Iterable[str]) -> str:
    return hashlib.sha256("/".join(digests).encode()).hexdigest()[:32]

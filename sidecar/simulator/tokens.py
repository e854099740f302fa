"""How many tokens a request and an answer have, and how many of them came from the prompt cache.

Strategy: a request is a row of blocks (tools, system, messages). A request that marks a block with `cache_control`
writes the prefix up to that block; a later one reads the longest prefix of its own that was written.

Rules: a token is four bytes of JSON text, rounded up: an estimate that never shrinks when text is added. The API's
smallest cacheable prompt and its time to live are left out, so that a warm cache shows in a short test.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

from sidecar.simulator.ask import Ask
from sidecar.simulator.reply import Json

REMEMBERED = 20_000  # prefixes; a long test session has some hundred


@dataclass(frozen=True, slots=True)
class Usage:
    fresh: int
    written: int
    read: int

    @property
    def total(self) -> int:
        return self.fresh + self.written + self.read

    def fields(self, output: int) -> dict[str, object]:
        return {
            "input_tokens": self.fresh,
            "cache_creation_input_tokens": self.written,
            "cache_read_input_tokens": self.read,
            "cache_creation": {"ephemeral_5m_input_tokens": self.written, "ephemeral_1h_input_tokens": 0},
            "output_tokens": output,
            "service_tier": "standard",
        }


def tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "surrogatepass")) // 4)


class PromptCache:
    """Which prefixes were written so far, in this process."""

    def __init__(self) -> None:
        self._written: OrderedDict[bytes, None] = OrderedDict()

    def use(self, ask: Ask) -> Usage:
        """Count a request, and remember the prefixes it marks."""
        row = list(_row(ask))
        marks = [at for at, (_, _, marked) in enumerate(row) if marked]
        if marks and isinstance(ask.body.get("cache_control"), dict):
            marks.append(len(row) - 1)
        last = max(marks, default=-1)
        hit = next((at for at in range(last, -1, -1) if row[at][1] in self._written), -1)
        for at in marks:
            self._remember(row[at][1])
        costs = [cost for cost, _, _ in row]
        read, upto = sum(costs[: hit + 1]), sum(costs[: last + 1])
        return Usage(fresh=sum(costs) - upto, written=upto - read, read=read)

    def _remember(self, key: bytes) -> None:
        self._written[key] = None
        self._written.move_to_end(key)
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)


def _row(ask: Ask) -> Iterator[tuple[int, bytes, bool]]:
    """Each block's cost, the digest of everything up to it, and whether it is marked."""
    so_far = hashlib.sha256(ask.model.encode())
    for block in _in_order(ask):
        text = json.dumps({key: value for key, value in block.items() if key != "cache_control"})
        so_far.update(text.encode())
        yield tokens(text), so_far.digest(), bool(block.get("cache_control"))


def _in_order(ask: Ask) -> Iterator[Json]:
    yield from ask.tools
    yield from ask.system
    for message in ask.messages:
        for block in message.content:
            yield {"role": message.role, **block}

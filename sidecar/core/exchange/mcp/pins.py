"""Which tools each caller was shown by each MCP server, and which of them are kept from him, and why.

Strategy: the digest of a tool's definition at its first sight is kept. A definition that differs later is what an
attack looks like that waits until a server is trusted ("rug pull"); a rule says what becomes of it.

Rules:
- By caller: a server may well show different people different tools.
- Bounded, least recently used first out. A server cannot push another one's pins out: it is refused a list of more
  tools than `MOST_TOOLS`, and the room for all is fifty times that.
- In memory only: after a restart the first sight is the one after it.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b

from sidecar.core.model.finding import Verdict
from sidecar.core.wire.json_strings import JsonValue

# Larger lists than this no model can choose from.
MOST_TOOLS = 2_000
MOST_PINS = 100_000
# Of a definition, for those who have to decide about it.
MOST_TEXT = 8 * 1024
# May differ at every call, and no client shows it to a model.
_BESIDE = frozenset({"_meta"})

Shop = tuple[str, str]  # connection, caller


@dataclass(frozen=True, slots=True)
class Hidden:
    """A tool that is kept from a caller. `text`: its definition, unmasked, for a card."""

    digest: bytes
    verdict: Verdict
    text: str = field(repr=False)


@dataclass(slots=True)
class _Tools:
    pinned: dict[str, bytes] = field(default_factory=dict)
    hidden: dict[str, Hidden] = field(default_factory=dict)


class Pins:
    def __init__(self, most: int = MOST_PINS) -> None:
        self._shops: OrderedDict[Shop, _Tools] = OrderedDict()
        self._most = most
        self._count = 0

    def changed(self, shop: Shop, tool: str, digest: bytes) -> bool:
        """Whether it is another tool than this caller was shown. The first sight is remembered."""
        tools = self._of(shop)
        if tool not in tools.pinned:
            self.accept(shop, tool, digest)
        return tools.pinned[tool] != digest

    def accept(self, shop: Shop, tool: str, digest: bytes) -> None:
        """This is the tool from now on."""
        tools = self._of(shop)
        self._count += tool not in tools.pinned
        tools.pinned[tool] = digest
        tools.hidden.pop(tool, None)
        while self._count > self._most and len(self._shops) > 1:
            _, oldest = self._shops.popitem(last=False)
            self._count -= len(oldest.pinned)

    def hide(self, shop: Shop, tool: str, hidden: Hidden) -> None:
        self._of(shop).hidden[tool] = hidden

    def show(self, shop: Shop, tool: str) -> None:
        self._of(shop).hidden.pop(tool, None)

    def hidden(self, shop: Shop) -> dict[str, Hidden]:
        """What is kept from a caller, by tool."""
        known = self._shops.get(shop)
        return dict(known.hidden) if known else {}

    def _of(self, shop: Shop) -> _Tools:
        tools = self._shops.setdefault(shop, _Tools())
        self._shops.move_to_end(shop)
        return tools


def digest_of(definition: JsonValue) -> bytes:
    """The same for the same definition, whatever the order of its fields."""
    return blake2b(written(definition).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def written(definition: JsonValue) -> str:
    """A definition as text."""
    kept = definition
    if isinstance(definition, dict):
        kept = {key: value for key, value in definition.items() if key not in _BESIDE}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

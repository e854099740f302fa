"""Which tools each caller was shown by each MCP server, and which of them are kept from him, and why.

Strategy: the digest of a tool's definition at its first sight is kept. A definition that differs later is what an
attack looks like that waits until a server is trusted ("rug pull"); a rule says what becomes of it.

Rules:
- By caller: a server may well show different people different tools.
- Bounded. Where there is no more room, a caller of the connection with the most pins is forgotten, the one who was
  there longest ago: a server cannot push another one's pins out. Nor can it push out its own by listing ever new names:
  a caller who was shown `MOST_SHOWN` tools has no first sights any more, so that any other tool counts as changed. Of
  those that are withheld from a caller as many are known by name.
- They outlive the gate (`Shelf`): what changed is handed out to be stored, and comes back at the start. Without the
  texts: a tool that was withheld is simply denied by name until it was listed again.
- Where what was stored is damaged, nobody can say what is new: then a first sight counts as a change (`trusting`).
"""

import json
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from sidecar.core.exchange.mcp.wish import Act, Wish
from sidecar.core.model.action import Action
from sidecar.core.model.finding import Verdict
from sidecar.core.wire.json_strings import JsonValue

# Larger lists than this no model can choose from.
MOST_TOOLS = 2_000
MOST_SHOWN = 2 * MOST_TOOLS
MOST_PINS = 100_000
# Longer than any name that a model could write; what is longer is known by its digest.
MOST_NAME = 256
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


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is stored of a `Hidden`."""

    digest: bytes
    rule: str | None
    policy: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """All pins of one caller on one connection, as they are stored. Empty: they are forgotten."""

    shop: Shop
    pinned: Mapping[str, bytes]
    withheld: Mapping[str, Withheld]


AGAIN = "It was withheld before the gate started again. List the tools first: then it is judged, or people are asked."


@dataclass(slots=True)
class _Tools:
    pinned: dict[str, bytes] = field(default_factory=dict)
    hidden: dict[str, Hidden] = field(default_factory=dict)


class Pins:
    """`trusting`: a first sight is believed."""

    def __init__(self, most: int = MOST_PINS, *, shown: int = MOST_SHOWN) -> None:
        self.trusting = True
        self._shops: OrderedDict[Shop, _Tools] = OrderedDict()
        self._most = most
        self._shown = shown
        self._counts: Counter[str] = Counter()  # by connection
        self._touched: dict[Shop, None] = {}

    def changed(self, shop: Shop, tool: str, digest: bytes) -> bool:
        """Whether it is another tool than this caller was shown. The first sight is remembered."""
        tools, name = self._of(shop), known_as(tool)
        if name not in tools.pinned:
            if not self.trusting or len(tools.pinned) >= self._shown:
                return True
            self.accept(shop, tool, digest)
        return tools.pinned[name] != digest

    def accept(self, shop: Shop, tool: str, digest: bytes) -> None:
        """This is the tool from now on."""
        tools, name = self._of(shop), known_as(tool)
        if name in tools.pinned or len(tools.pinned) < self._shown:
            if tools.pinned.get(name) != digest:
                self._touched[shop] = None
            self._counts[shop[0]] += name not in tools.pinned
            tools.pinned[name] = digest
        self.show(shop, tool)
        while self._counts.total() > self._most and self._forget_one(but=shop):
            pass

    def hide(self, shop: Shop, tool: str, hidden: Hidden) -> None:
        tools, name = self._of(shop), known_as(tool)
        if name not in tools.hidden or _stored(tools.hidden[name]) != _stored(hidden):
            self._touched[shop] = None
        if name in tools.hidden or len(tools.hidden) < self._shown:
            tools.hidden[name] = hidden

    def show(self, shop: Shop, tool: str) -> None:
        if self._of(shop).hidden.pop(known_as(tool), None) is not None:
            self._touched[shop] = None

    def hidden(self, shop: Shop) -> dict[str, Hidden]:
        """What is kept from a caller, by tool."""
        known = self._shops.get(shop)
        return dict(known.hidden) if known else {}

    def grant(self, wish: Wish) -> int:
        """A person's word; about how many tools it was."""
        return sum(self._granted(wish, shop, tools) for shop, tools in self._shops.items() if wish.about(shop))

    def _granted(self, wish: Wish, shop: Shop, tools: _Tools) -> int:
        names = wish.names(tools.hidden if wish.act is Act.ACCEPT else {**tools.pinned, **tools.hidden})
        for name in names:
            hidden, was = tools.hidden.pop(name, None), tools.pinned.pop(name, None)
            self._counts[shop[0]] -= was is not None
            if wish.act is Act.ACCEPT and hidden is not None:
                tools.pinned[name] = hidden.digest
                self._counts[shop[0]] += 1
            self._touched[shop] = None
        return len(names)

    def restore(self, shelves: Iterable[Shelf]) -> None:
        """At the start, oldest first."""
        for shelf in shelves:
            hidden = {
                name: Hidden(one.digest, Verdict(Action.DENY, one.rule, one.policy, AGAIN), "")
                for name, one in shelf.withheld.items()
            }
            self._shops[shelf.shop] = _Tools(dict(shelf.pinned), hidden)
            self._counts[shelf.shop[0]] += len(shelf.pinned)

    def changes(self) -> tuple[Shelf, ...]:
        """What is to be stored since this was last asked."""
        touched, self._touched = self._touched, {}
        return tuple(self._shelf(shop) for shop in touched)

    def _shelf(self, shop: Shop) -> Shelf:
        tools = self._shops.get(shop, _Tools())
        return Shelf(shop, dict(tools.pinned), {name: _stored(one) for name, one in tools.hidden.items()})

    def _forget_one(self, but: Shop) -> bool:
        largest = self._counts.most_common(1)[0][0]
        shop = next((one for one in self._shops if one[0] == largest and one != but), None)
        if shop is None:
            return False
        self._counts[largest] -= len(self._shops.pop(shop).pinned)
        self._touched[shop] = None
        return True

    def _of(self, shop: Shop) -> _Tools:
        tools = self._shops.setdefault(shop, _Tools())
        self._shops.move_to_end(shop)
        return tools


def known_as(tool: str) -> str:
    if len(tool) <= MOST_NAME:
        return tool
    return f"#{blake2b(tool.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def _stored(hidden: Hidden) -> Withheld:
    return Withheld(hidden.digest, hidden.verdict.rule, hidden.verdict.policy)


def digest_of(definition: JsonValue) -> bytes:
    """The same for the same definition, whatever the order of its fields."""
    return blake2b(written(definition).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def written(definition: JsonValue) -> str:
    """A definition as text."""
    kept = definition
    if isinstance(definition, dict):
        kept = {key: value for key, value in definition.items() if key not in _BESIDE}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

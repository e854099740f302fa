"""What a session has used and done so far: a value that grows by every call, within bounds.

Strategy: each step gives a new value (`asked`, `spent`, `called`, `refused`), so that whoever judges holds one that
cannot change under them. Of what has names only a bounded part is kept; what comes beyond is counted without its name,
and counts for every name.

Rules:
- Nothing in here is a word of a conversation: names of tools and models, digests of hosts, numbers, effects.
- Effects are of calls that were let go, whether the agent ran them or not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b

from sidecar.core.model.effect import Effect

MOST_TOOLS = 64
MOST_MODELS = 16
MOST_HOSTS = 256
LONGEST_NAME = 128
# Bytes for a pair of a name and numbers, or a digest, in a tuple: 90 to 190, measured.
ENTRY = 200
Tokens = tuple[int, int, int]  # input, output, read from the cache
NO_EFFECTS: frozenset[Effect] = frozenset()


@dataclass(frozen=True, slots=True)
class SessionUse:
    """`began`: when it first called. `requests`: to a model. `calls` and `denied` are of tool calls and requests that
    rules judged. `unread`: a call ran something that could not be read to its end."""

    began: float | None = None
    requests: int = 0
    calls: int = 0
    denied: int = 0
    effects: frozenset[Effect] = NO_EFFECTS
    unread: bool = False
    tools: tuple[tuple[str, int], ...] = ()
    models: tuple[tuple[str, Tokens], ...] = ()
    hosts: frozenset[str] = frozenset()

    @property
    def bytes(self) -> int:
        return ENTRY * (len(self.tools) + len(self.models) + len(self.hosts))

    def begun(self, at: float) -> "SessionUse":
        return replace(self, began=at) if self.began is None else self

    def asked(self, at: float) -> "SessionUse":
        return replace(self.begun(at), requests=self.requests + 1)

    def refused(self) -> "SessionUse":
        return replace(self, denied=self.denied + 1)

    def spent(self, model: str, tokens: Tokens) -> "SessionUse":
        known = dict(self.models)
        name = _name(model, known, MOST_MODELS)
        before = known.get(name, (0, 0, 0))
        total = (before[0] + tokens[0], before[1] + tokens[1], before[2] + tokens[2])
        return replace(self, models=tuple({**known, name: total}.items()))

    def after(self, effects: Iterable[Effect], *, runs: bool = False) -> "SessionUse":
        """These have happened. `runs`: by a call that hands the machine something to run."""
        met = frozenset(effects)
        return replace(self, effects=self.effects | met, unread=self.unread or (runs and Effect.UNKNOWN in met))

    def allows(self, first: frozenset[Effect], *, unknown_counts: bool | None = None) -> bool:
        """Whether none of these has happened. `unknown_counts`: whether what could not be read may have been one of
        them; left out: what a shell, SQL or code did."""
        if self.effects & first:
            return False
        return not (self.unread if unknown_counts is None else unknown_counts and Effect.UNKNOWN in self.effects)

    def called(self, tool: str, hosts: Iterable[str]) -> "SessionUse":
        known = dict(self.tools)
        name = _name(tool, known, MOST_TOOLS)
        tools = {**known, name: known.get(name, 0) + 1}
        return replace(self, calls=self.calls + 1, tools=tuple(tools.items()), hosts=self.with_hosts(hosts))

    def with_hosts(self, hosts: Iterable[str]) -> frozenset[str]:
        """All that would have been met: no more than a limit can ask for."""
        met = {blake2b(host.casefold().encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() for host in hosts}
        return frozenset([*self.hosts, *sorted(met - self.hosts)][:MOST_HOSTS])

    def as_json(self) -> dict[str, object]:
        return {
            "began": self.began,
            "requests": self.requests,
            "calls": self.calls,
            "denied": self.denied,
            "effects": sorted(effect.value for effect in self.effects),
            "unread": self.unread,
            "tools": [list(pair) for pair in self.tools],
            "models": [[name, list(tokens)] for name, tokens in self.models],
            "hosts": sorted(self.hosts),
        }


def use_from(kept: Mapping[str, object]) -> SessionUse:
    """What `as_json` gave. It was sealed in between, so it is what it was."""
    lists = {key: value if isinstance(value := kept.get(key), list) else [] for key in _LISTS}
    return SessionUse(
        began=began if isinstance(began := kept.get("began"), float | int) else None,
        requests=_number(kept.get("requests")),
        calls=_number(kept.get("calls")),
        denied=_number(kept.get("denied")),
        effects=frozenset(map(Effect, lists["effects"])),
        unread=kept.get("unread") is True,
        tools=tuple((name, count) for name, count in lists["tools"]),
        models=tuple((name, (tokens[0], tokens[1], tokens[2])) for name, tokens in lists["models"]),
        hosts=frozenset(lists["hosts"]),
    )


_LISTS = ("effects", "tools", "models", "hosts")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _name(name: str, known: Mapping[str, object], most: int) -> str:
    """The name under which it is counted: none for one too many."""
    name = name[:LONGEST_NAME]
    return name if name in known or len(known) < most - 1 else ""

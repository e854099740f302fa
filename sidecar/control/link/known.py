"""Whom people have stopped, as a data plane knows it.

Strategy: every call asks, and almost always nobody is stopped; so blocks lie sorted by what they name, and a call looks
at the few that could name it, however many tokens were called back.
"""

from collections.abc import Callable, Iterable

from sidecar.core.model.block import Block, Target, named
from sidecar.core.model.caller import Caller

_TARGETS = tuple(target for target in Target if target is not Target.ALL)


class Known:
    """`version` is nothing until the control plane has said who is stopped."""

    def __init__(self) -> None:
        self.version: int | None = None
        self._all: tuple[Block, ...] = ()
        self._by_name: dict[tuple[Target, str], list[Block]] = {}
        self._watchers: dict[object, Callable[[], None]] = {}

    def __len__(self) -> int:
        return len(self._all) + sum(len(blocks) for blocks in self._by_name.values())

    def against(self, caller: Caller, connection: str) -> Block | None:
        for block in self._all:
            if block.stops(caller, connection):
                return block
        if not self._by_name:
            return None
        for target in _TARGETS:
            name = named(target, caller, connection)
            for block in self._by_name.get((target, name), ()) if name is not None else ():
                if block.stops(caller, connection):
                    return block
        return None

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Called after every change; gives the way to stop that."""
        key = object()
        self._watchers[key] = changed
        return lambda: self._watchers.pop(key, None) and None

    def replace(self, version: int, blocks: Iterable[Block]) -> None:
        """These are in force, and no others."""
        self.version = version
        listed = tuple(blocks)
        self._all = tuple(block for block in listed if block.target is Target.ALL)
        self._by_name = {}
        for block in listed:
            if block.target is not Target.ALL:
                self._by_name.setdefault((block.target, block.value), []).append(block)
        for changed in tuple(self._watchers.values()):
            changed()

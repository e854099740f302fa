"""The labelled calls of other tools than shells and SQL: nothing dangerous passes, little that is harmless is stopped.

Rules: what is stopped is what a careful policy would stop. Code counts where it comes from a host or starts by itself
from a file; code of the agent's own is ordinary work.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from sidecar.core.model.effect import Effect, Thing, Understood
from sidecar.core.understand.understand import understand
from tests import written
from tests.careful import HARMLESS_STOPPED_AT_MOST, STOPPED

FILES = tuple(sorted(path.name for path in (written.CASES / "understand" / "tools").glob("*.yaml")))
FOREIGN = frozenset({Thing.HOST, Thing.PACKAGE, Thing.PATH})
FIELDS = {"note", "tool", "input", "dangerous"}


@dataclass(frozen=True, slots=True)
class Case:
    note: str
    tool: str
    input: Mapping[str, object]
    dangerous: bool


def cases(file: str) -> list[Case]:
    labelled = written.cases(f"understand/tools/{file}")
    assert all(one.keys() == FIELDS for one in labelled)
    return [Case(**one) for one in labelled]


def stopped(tool: str, read: Understood) -> bool:
    """What SQL starts runs in the server."""
    foreign = FOREIGN | {Thing.COMMAND} if "sql" in tool else FOREIGN
    started = any(
        deed.effect is Effect.RUNS_CODE and foreign & {thing.kind for thing in deed.objects} for deed in read.deeds
    )
    return started or bool(read.effects & STOPPED)


@pytest.mark.parametrize("file", FILES)
def test_nothing_dangerous_passes_and_little_harmless_is_stopped(file: str) -> None:
    judged = [(case, understand(case.tool, case.input)) for case in cases(file)]
    assert not [(case, read) for case, read in judged if case.dangerous and not stopped(case.tool, read)]
    wrong = [(case, read) for case, read in judged if not case.dangerous and stopped(case.tool, read)]
    assert len(wrong) <= HARMLESS_STOPPED_AT_MOST * sum(not case.dangerous for case, _ in judged), wrong


def test_half_of_them_are_harmless() -> None:
    every = [case for file in FILES for case in cases(file)]
    assert 0.4 < sum(not case.dangerous for case in every) / len(every) < 0.6

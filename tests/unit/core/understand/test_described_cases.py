"""The labelled calls of programs and tools that a policy describes: nothing dangerous passes, little that is harmless
is stopped.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from sidecar.core.model.described import Own
from sidecar.core.model.effect import Effect, Thing, Understood
from sidecar.core.policy.book import PolicySource
from sidecar.core.understand.understand import understand
from sidecar.rulebook.book import book_of
from tests import written
from tests.careful import HARMLESS_STOPPED_AT_MOST, STOPPED

FILES = tuple(sorted(path.name for path in (written.CASES / "understand" / "described").glob("*.yaml")))
FOREIGN = frozenset({Thing.HOST, Thing.PACKAGE})


@dataclass(frozen=True, slots=True)
class Case:
    note: str
    tool: str
    input: Mapping[str, object]
    dangerous: bool


def cases(file: str) -> list[Case]:
    return [
        Case(
            one["note"],
            one.get("tool", "Bash"),
            one["input"] if isinstance(one["input"], dict) else {"command": one["input"]},
            one["dangerous"],
        )
        for one in written.cases(f"understand/described/{file}")["cases"]
    ]


def own(file: str) -> Own:
    policy = {"policy": "described", "understand": written.cases(f"understand/described/{file}")["understand"]}
    book = book_of([PolicySource("described.yaml", json.dumps(policy))])
    return Own((tuple(one.described for one in book.policies),))


def stopped(read: Understood) -> bool:
    foreign = any(
        deed.effect is Effect.RUNS_CODE and FOREIGN & {thing.kind for thing in deed.objects} for deed in read.deeds
    )
    return foreign or bool(read.effects & STOPPED)


@pytest.mark.parametrize("file", FILES)
def test_nothing_dangerous_passes_and_little_harmless_is_stopped(file: str) -> None:
    described = own(file)
    judged = [(case, understand(case.tool, case.input, described)) for case in cases(file)]
    assert not [(case, read) for case, read in judged if case.dangerous and not stopped(read)]
    wrong = [(case, read) for case, read in judged if not case.dangerous and stopped(read)]
    assert len(wrong) <= HARMLESS_STOPPED_AT_MOST * sum(not case.dangerous for case, _ in judged), wrong


@pytest.mark.parametrize("file", FILES)
def test_there_are_enough_of_both(file: str) -> None:
    dangerous = sum(case.dangerous for case in cases(file))
    assert min(dangerous, len(cases(file)) - dangerous) >= 40


@pytest.mark.parametrize("file", FILES)
def test_without_the_descriptions_more_is_stopped(file: str) -> None:
    harmless = [case for case in cases(file) if not case.dangerous]
    assert sum(stopped(understand(case.tool, case.input)) for case in harmless) > len(harmless) / 5

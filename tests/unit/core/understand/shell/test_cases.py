"""Every labelled command: none that is dangerous passes, and next to none that is harmless is stopped.

Strategy: what is stopped here is what a careful policy would stop: an effect that cannot be taken back, and `unknown`.
Code counts where it comes from a host or will start by itself; code of the working tree is ordinary work.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sidecar.core.model.document import read_yaml
from sidecar.core.model.effect import Effect, Thing, Understood
from sidecar.core.understand.shell.read import shell
from tests.careful import HARMLESS_STOPPED_AT_MOST, STOPPED

CASES = Path(__file__).parents[4] / "cases" / "understand" / "shell"
FOREIGN = frozenset({Thing.HOST, Thing.PACKAGE})


@dataclass(frozen=True, slots=True)
class Case:
    file: str
    note: str
    input: str
    effects: frozenset[Effect]
    objects: frozenset[str]
    dangerous: bool


def _case(file: str, written: Mapping[str, object]) -> Case:
    effects = frozenset(Effect(name) for name in _texts(written.get("effects")))
    dangerous = written.get("dangerous", bool(effects & STOPPED))
    assert isinstance(dangerous, bool)
    return Case(
        file, str(written["note"]), str(written["input"]), effects, frozenset(_texts(written.get("objects"))), dangerous
    )


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _read(path: Path) -> list[Case]:
    written = read_yaml(path.read_text(), path.name).value
    assert isinstance(written, list)
    return [_case(path.stem, one) for one in written]


ALL = [case for path in sorted(CASES.glob("*.yaml")) for case in _read(path)]
DANGEROUS = [case for case in ALL if case.dangerous]
HARMLESS = [case for case in ALL if not case.dangerous]
FILES = sorted({case.file for case in ALL})


def stopped(understood: Understood) -> bool:
    foreign = any(
        deed.effect is Effect.RUNS_CODE and FOREIGN & {thing.kind for thing in deed.objects}
        for deed in understood.deeds
    )
    return foreign or bool(understood.effects & STOPPED)


def test_there_are_enough_of_both() -> None:
    assert min(len(DANGEROUS), len(HARMLESS)) >= 600
    assert len(HARMLESS) / len(ALL) >= 0.4
    assert len({case.input for case in ALL}) / len(ALL) > 0.98


@pytest.mark.parametrize("file", FILES)
def test_what_is_dangerous_is_stopped(file: str) -> None:
    assert [_shown(case) for case in DANGEROUS if case.file == file and not stopped(shell(case.input))] == []


@pytest.mark.parametrize("file", FILES)
def test_next_to_nothing_harmless_is_stopped(file: str) -> None:
    """In each file for itself: those that were written without sight of the readers do not hide among the others."""
    harmless = [case for case in HARMLESS if case.file == file]
    wrong = [_shown(case) for case in harmless if stopped(shell(case.input))]
    assert len(wrong) <= HARMLESS_STOPPED_AT_MOST * len(harmless), wrong


@pytest.mark.parametrize("file", FILES)
def test_the_effects_are_those_that_a_person_sees(file: str) -> None:
    read = [(case, shell(case.input).effects) for case in ALL if case.file == file]
    assert [_shown(case, effects) for case, effects in read if not case.effects <= effects] == []


@pytest.mark.parametrize("file", FILES)
def test_the_objects_are_named(file: str) -> None:
    read = [(case, {thing.name for thing in shell(case.input).objects}) for case in ALL if case.file == file]
    assert [_shown(case, names) for case, names in read if not case.objects <= names] == []


def _shown(case: Case, *read: object) -> str:
    return " ".join(map(str, (f"{case.note}: {case.input!r}", *read)))

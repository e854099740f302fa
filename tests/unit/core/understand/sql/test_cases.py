"""The labelled set of SQL: nothing dangerous passes, and little of what is harmless is stopped.

Rules: a case is stopped if one effect of it is among `STOPPED`. `closed.yaml` was written before the code and is judged
apart, so that its figures say something about SQL that nobody had in mind; each `fresh` file was run once before
anything was mended for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from sidecar.core.model.effect import Effect, Understood
from sidecar.core.understand.sql.read import sql
from tests import careful
from tests.written import CASES
from tests.written import cases as labelled

FILES = tuple(sorted(path.name for path in (CASES / "understand" / "sql").glob("*.yaml")))
STOPPED = careful.STOPPED | {Effect.RUNS_CODE}
FIELDS = frozenset({"note", "input", "dialect", "dangerous", "effects", "objects"})


@dataclass(frozen=True, slots=True)
class Case:
    file: str
    note: str
    input: str
    dangerous: bool
    effects: frozenset[Effect] = frozenset()
    objects: frozenset[str] = frozenset()
    dialect: str | None = None

    def complaint(self, read: Understood) -> str:
        stopped = bool(read.effects & STOPPED)
        names = {thing.name.lower() for thing in read.objects}
        if self.dangerous != stopped:
            return f"{'dangerous, allowed' if self.dangerous else 'harmless, stopped'}: {_shown(self, read)}"
        if not self.effects <= read.effects:
            return f"effects missing {sorted(self.effects - read.effects)}: {_shown(self, read)}"
        if not {name.lower() for name in self.objects} <= names:
            return f"objects missing from {sorted(names)}: {_shown(self, read)}"
        return ""


def _shown(case: Case, read: Understood) -> str:
    return f"{case.file}: {case.note}: {case.input!r} gives {sorted(read.effects)} {read.unread}"


def cases(file: str) -> Iterator[Case]:
    for written in labelled(f"understand/sql/{file}"):
        assert written.keys() <= FIELDS, f"{file}: {written['note']}: an input with a comma needs quotes"
        effects = frozenset(Effect(name) for name in written.get("effects", ()))
        yield Case(
            file,
            written["note"],
            written["input"],
            written.get("dangerous", bool(effects & STOPPED)),
            effects,
            frozenset(written.get("objects", ())),
            written.get("dialect"),
        )


def complaints(file: str) -> Mapping[Case, str]:
    found = {case: case.complaint(sql(case.input, case.dialect)) for case in cases(file)}
    return {case: complaint for case, complaint in found.items() if complaint}


@pytest.mark.parametrize("file", FILES)
def test_nothing_dangerous_passes_and_little_harmless_is_stopped(file: str) -> None:
    wrong = complaints(file)
    harmless = sum(not case.dangerous for case in cases(file))
    assert not [complaint for case, complaint in wrong.items() if case.dangerous]
    assert len(wrong) <= careful.HARMLESS_STOPPED_AT_MOST * harmless, "\n".join(wrong.values())


def test_the_set_is_large_half_harmless_and_a_third_of_it_was_put_aside() -> None:
    every = [case for file in FILES for case in cases(file)]
    assert len(every) >= 300
    assert 0.4 < sum(not case.dangerous for case in every) / len(every) < 0.6
    planned = [case for case in every if case.file != "tricks.yaml"]  # what was found after the closed set was opened
    assert sum(case.file.startswith(("closed", "fresh")) for case in planned) / len(planned) > 0.3
    assert len({case.input for case in every}) > 0.95 * len(every)


def test_a_wrong_label_is_seen() -> None:
    """The judge itself: each kind of complaint."""
    read = sql("DELETE FROM t")
    assert "harmless, stopped" in Case("f", "n", "DELETE FROM t", False).complaint(read)
    assert "dangerous, allowed" in Case("f", "n", "SELECT 1", True).complaint(sql("SELECT 1"))
    assert "effects missing" in Case("f", "n", "", True, frozenset({Effect.INSTALLS})).complaint(read)
    assert "objects missing" in Case("f", "n", "", True, objects=frozenset({"u"})).complaint(read)


def test_what_is_cut_or_has_a_mark_too_much_is_answered() -> None:
    """The parser makes odd trees of odd text, and who reads them must not stumble."""
    every = [case.input for file in FILES for case in cases(file) if len(case.input) < 300]
    for index, text in enumerate(every):
        at = (index * 7) % max(len(text), 1)
        broken = (text[:at], text[:at] + "(),'."[index % 5] + text[at:], text[:at] + text[at + 1 :])[index % 3]
        assert sql(broken).tree.label

"""Which descriptions are about a call."""

import pytest

from sidecar.core.model.described import DescribedProgram, Descriptions, Own
from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import HOLE, Word
from sidecar.core.understand.shell.fit import Fit, keeps_programs, named, names, said, worded


@pytest.mark.parametrize(
    ("described", "called", "cwd", "fit"),
    [
        ("acmectl", "acmectl", ".", Fit.SURE),
        ("acmectl", "/usr/local/bin/acmectl", ".", Fit.SURE),
        ("acmectl", "/usr/bin/../bin/acmectl", ".", Fit.SURE),
        ("acmectl", "~/.local/bin/acmectl", ".", Fit.SURE),
        ("acmectl", "/tmp/acmectl", ".", Fit.MAYBE),
        ("acmectl", "/tmp/bin/acmectl", ".", Fit.MAYBE),
        ("acmectl", "./acmectl", ".", Fit.MAYBE),
        ("acmectl", "/usr/bin/../../tmp/bin/acmectl", ".", Fit.MAYBE),
        ("acmectl", "ACMECTL", ".", Fit.MAYBE),
        ("acmectl", "acmectl2", ".", Fit.NO),
        ("./bin/deploy", "./bin/deploy", ".", Fit.SURE),
        ("./bin/deploy", "bin/deploy", ".", Fit.SURE),
        ("bin/deploy", "./deploy", "bin", Fit.SURE),
        ("./bin/deploy", "./bin/deploy", "/tmp/other", Fit.MAYBE),
        ("./bin/deploy", "./bin/deploy", HOLE, Fit.MAYBE),
        ("./bin/deploy", "deploy", ".", Fit.MAYBE),
        ("/opt/acme/bin/loader", "/opt/acme/bin/loader", "/tmp", Fit.SURE),
        ("/opt/acme/bin/loader", "loader", ".", Fit.MAYBE),
    ],
)
def test_the_program(described: str, called: str, cwd: str, fit: Fit) -> None:
    assert named(described, called, cwd) is fit


@pytest.mark.parametrize(
    ("words", "args", "fit"),
    [
        ("", "anything at all", Fit.SURE),
        ("delete", "delete x", Fit.SURE),
        ("delete", "", Fit.NO),
        ("delete", "show delete", Fit.NO),
        ("delete", "-v delete", Fit.MAYBE),
        ("delete", "--context prod delete", Fit.MAYBE),
        ("delete", "--context=prod delete", Fit.MAYBE),
        ("delete", "--context=prod show delete", Fit.NO),
        ("delete", "ENV=prod delete", Fit.MAYBE),
        ("delete", "DELETE x", Fit.MAYBE),
        ("delete", "del x", Fit.MAYBE),
        ("delete", "deleted x", Fit.NO),
        ("delete", "delete-all x", Fit.MAYBE),
        ("delete", "delete:all x", Fit.MAYBE),
        ("delete", f"{HOLE} x", Fit.OPEN),
        ("delete", f"show {HOLE}", Fit.NO),
        ("delete", "@words", Fit.OPEN),
        ("delete", "d?lete", Fit.OPEN),
        ("delete", "d\u0435lete", Fit.OPEN),
        ("tenants delete", "tenants -f delete", Fit.MAYBE),
        ("tenants delete", f"tenants {HOLE}", Fit.OPEN),
        ("* wipe", "disks wipe", Fit.SURE),
        ("* wipe", "-q wipe", Fit.NO),
        ("* wipe", "-q disks wipe", Fit.MAYBE),
        ("apply --dry-run", "apply --dry-run -f x", Fit.SURE),
        ("apply --dry-run", "apply -f x --dry-run", Fit.MAYBE),
    ],
)
def test_the_words(words: str, args: str, fit: Fit) -> None:
    assert worded(words.split(), [Word(one) for one in args.split()]) is fit


def test_an_empty_word_hides_none() -> None:
    assert worded(["delete"], [Word(""), Word("delete")]) is Fit.MAYBE


def test_behind_many_options_nobody_looks() -> None:
    many = [*(Word("-v") for _ in range(60)), Word("delete")]
    assert worded(["delete"], many) is Fit.OPEN
    assert worded(["delete"], [Word("show"), *many]) is Fit.NO


def test_a_sentence_is_no_word_that_hides() -> None:
    assert worded(["delete"], [Word("Grüße an alle")]) is Fit.NO


def _own(*books: dict[str, str]) -> Own:
    return Own(tuple((Descriptions({"acmectl": tuple(_one(*entry) for entry in book.items())}),) for book in books))


def _one(key: str, effect: str) -> DescribedProgram:
    return DescribedProgram("acmectl", tuple(key.split()), frozenset({Effect(effect)}), key)


@pytest.mark.parametrize(
    ("note", "books", "args", "meant", "sure", "opened"),
    [
        ("the longest", [{"": "reads", "delete": "deletes"}], "delete x", {"delete"}, True, False),
        ("and longer ones that may be", [{"": "reads", "rm": "deletes"}], "-v rm", {"", "rm"}, True, False),
        ("as long ones that both are", [{"* x": "reads", "a *": "spends"}], "a x", {"* x", "a *"}, True, False),
        ("computed", [{"": "reads", "rm": "deletes"}], HOLE, {"", "rm"}, True, True),
        ("computed, nothing longer", [{"": "reads"}], HOLE, {""}, True, False),
        ("none that is sure", [{"rm": "deletes"}], "-v rm", {"rm"}, False, False),
        ("in one book of two", [{"": "reads"}, {"rm": "deletes"}], "list", {""}, False, False),
        ("in both", [{"": "reads"}, {"list": "spends"}], "list", {"", "list"}, True, False),
    ],
)
def test_what_is_said(
    note: str, books: list[dict[str, str]], args: str, meant: set[str], sure: bool, opened: bool
) -> None:
    found = said(_own(*books), "acmectl", [Word(one) for one in args.split(" ")])
    assert found is not None
    assert {one.where for one in found.entries} == meant
    assert (found.sure, found.open) == (sure, opened)


def test_another_program_is_not_meant() -> None:
    assert said(_own({"": "reads"}), "scancel", []) is None
    assert not names(_own({"": "reads"}), "scancel")
    assert names(_own({"rm": "reads"}), "acmectl")


@pytest.mark.parametrize(
    ("folder", "keeps"),
    [("/usr/bin", True), ("/opt/acme/bin", True), ("~/bin", True), ("bin", False), ("/tmp/bin", False), ("", False)],
)
def test_where_programs_are_kept(folder: str, keeps: bool) -> None:
    assert keeps_programs(folder) is keeps

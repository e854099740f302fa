"""The planted values are what they claim to be: otherwise the big test would prove nothing."""

import pytest

from sidecar.core.detect import catalogue
from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from tests.planted import TABLE, leaked, planted


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    return Compiled(builtin())


def test_every_family_of_detectors_of_values_is_there() -> None:
    modules = {
        detector.id: family.__name__.rpartition(".")[2]
        for family in catalogue._FAMILIES
        for detector in family.DETECTORS
        if not detector.id.startswith("injection/")  # a text that steers is not a value that leaks
    }
    assert {family for _, family, _, _ in TABLE} == set(modules.values())


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_every_value_is_one_that_a_detector_of_its_family_finds(seed: str, compiled: Compiled) -> None:
    modules = {
        detector.id: family.__name__.rpartition(".")[2]
        for family in catalogue._FAMILIES
        for detector in family.DETECTORS
    }
    for one in planted(seed):
        text, value = one.line.encode(), one.value.encode()
        start = text.find(value)
        found = {modules[m.detector] for m in compiled.scan(text) if m.start <= start and start + len(value) <= m.end}
        assert one.family in found, one.name


def test_seeds_make_different_values() -> None:
    one, same, other = planted("one"), planted("one"), planted("two")
    assert one == same
    assert not {p.value for p in one} & {p.value for p in other}


@pytest.mark.parametrize(
    ("data", "out", "note"),
    [
        ("nothing", False, "nothing"),
        ("x{value}x", True, "whole"),
        ("{half}", True, "its second half"),
        ("{begin}", False, "the public beginning"),
    ],
)
def test_a_leak_is_seen(data: str, out: bool, note: str) -> None:
    github = next(one for one in planted("one") if one.name == "github")
    text = data.format(value=github.value, half=github.value[20:], begin=github.value[:4])
    assert leaked(github, text.encode()) is out, note


def test_a_leak_is_seen_in_json_too() -> None:
    key = next(one for one in planted("one") if one.name == "private key")
    assert leaked(key, key.value.replace("\n", "\\n").encode())

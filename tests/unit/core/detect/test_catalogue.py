"""Every built-in detector: what it finds, what it lets pass, and what it may look at."""

import pytest

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from sidecar.core.detect.entry import RUN
from sidecar.core.detect.shape import looks_one_further, most, parts
from sidecar.core.detect.syntax import read
from sidecar.core.model.detector import Detector
from tests.written import cases

BY_ID = {detector.id: detector for detector in builtin()}


def rows(family: str) -> list[dict[str, dict[str, object]]]:
    return cases(f"detect/{family}.yaml")


FAMILIES = [
    "cloud",
    "building",
    "services",
    "vendors",
    "keys",
    "assigned",
    "contact",
    "money",
    "papers",
    "europe",
    "world",
    "injection",
]  # one file for each


def found_at(detector: str, text: str) -> list[tuple[int, int]]:
    return [(match.start, match.end) for match in Compiled([BY_ID[detector]]).scan(text.encode())]


@pytest.mark.parametrize("family", FAMILIES)
def test_finds_exactly_the_value(family: str) -> None:
    wrong = []
    for row in rows(family):
        before, value, after = row["finds"]["before"], "".join(row["finds"]["value"]), row["finds"]["after"]
        start = len(before.encode())
        if found_at(row["detector"], before + value + after) != [(start, start + len(value.encode()))]:
            wrong.append(row["detector"])
    assert wrong == []


@pytest.mark.parametrize("family", FAMILIES)
def test_lets_the_counter_example_pass(family: str) -> None:
    assert [row["detector"] for row in rows(family) if found_at(row["detector"], "".join(row["passes"]["text"]))] == []


def test_every_detector_has_its_cases() -> None:
    listed = [row["detector"] for family in FAMILIES for row in rows(family)]
    assert sorted(listed) == sorted(BY_ID)
    assert len(BY_ID) == len(builtin()) > 300


def test_every_one_looks_at_no_more_than_it_may() -> None:
    assert [detector.id for detector in builtin() if not _modest(detector)] == []


def _modest(detector: Detector) -> bool:
    cut = parts(read(detector.pattern), detector.value_group)
    return cut is not None and most(cut.before, beyond=1) <= 64 and looks_one_further(cut.after, RUN)


LINES = cases("detect/lines.yaml")


@pytest.fixture(scope="module")
def everything() -> Compiled:
    return Compiled(builtin())


@pytest.fixture(scope="module")
def secrets() -> Compiled:
    return Compiled([detector for detector in builtin() if detector.id.startswith("secret/")])


@pytest.mark.parametrize("line", LINES["masked"], ids=lambda line: line["note"])
def test_masks_the_secret_of_a_line(secrets: Compiled, line: dict[str, object]) -> None:
    before, value, after = line["before"], "".join(line["value"]), line["after"]
    found = {(match.start, match.end) for match in secrets.scan((before + value + after).encode())}
    assert (len(before.encode()), len((before + value).encode())) in found


@pytest.mark.parametrize("line", LINES["harmless"])
def test_lets_a_harmless_line_pass(secrets: Compiled, line: str) -> None:
    assert secrets.scan(line.encode()) == ()


@pytest.mark.parametrize("left", ["password = ", "token: ", "Bearer ", "postgres://u:", 'secret="', "", "mail "])
@pytest.mark.parametrize("mask", ["[PASSWORD_K7Q2M9XA]", "[EMAIL_#3f9a01b2c3d4]", "****1111", "[API_KEY_2B3C4D5E]"])
@pytest.mark.parametrize("right", ["", '"', "@host/x", "\n"])
def test_never_finds_what_masking_left(everything: Compiled, left: str, mask: str, right: str) -> None:
    assert everything.scan((left + mask + right).encode()) == ()

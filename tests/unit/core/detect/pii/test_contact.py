import pytest

from sidecar.core.detect.compiled import Compiled
from sidecar.core.detect.pii.contact import DETECTORS

MAIL = "bob.a" + "@" + "example.com"


@pytest.fixture(scope="module")
def mail() -> Compiled:
    return Compiled([detector for detector in DETECTORS if detector.id == "pii/email"])


@pytest.mark.parametrize("before", ["", "<", "mailto:", "a, ", "...", "-", "--author=", "x\n", "é"])
def test_an_address_is_found_whole_whatever_stands_before(mail: Compiled, before: str) -> None:
    start = len(before.encode())
    assert [(one.start, one.end) for one in mail.scan(f"{before}{MAIL}".encode())] == [(start, start + len(MAIL))]


@pytest.mark.parametrize("local", ["noreply", "no-reply", "git"])
@pytest.mark.parametrize("before", ["", "<", "Co-Authored-By: Claude <"])
def test_nobodys_address_is_left_alone_to_its_last_letter(mail: Compiled, local: str, before: str) -> None:
    assert mail.scan(f"{before}{local}@example.com>".encode()) == ()

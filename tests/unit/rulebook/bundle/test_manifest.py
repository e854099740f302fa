"""A manifest goes there and back; a wrong one says where."""

import json

import pytest

from sidecar.rulebook.bundle.manifest import as_bytes, from_bytes, moment, older, seconds
from sidecar.rulebook.bundle.trouble import BundleRefused
from tests.bundles import CREATED, manifest


@pytest.mark.parametrize("until", [None, CREATED + 60])
def test_there_and_back(until: int | None) -> None:
    made = manifest(7, not_after=until)
    assert from_bytes(as_bytes(made)) == made
    assert made.title == "company@7"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "gatehouse-policies/2"}, "is of the form 'gatehouse-policies/2'"),
        ({"format": None}, "is of the form None"),
        ({"version": 0}, "version: "),
        ({"version": "1"}, "version: "),
        ({"version": 2**53}, "version: "),
        ({"name": "Company"}, "name: "),
        ({"needs": "soon"}, "needs: "),
        ({"files": {}}, "files: "),
        ({"files": {"a.yaml": "abc"}}, "files.a.yaml: "),
        ({"created": "yesterday"}, "expected a time such as"),
        ({"not_after": "2027"}, "expected a time such as"),
        ({"run": "rm -rf /"}, "run: "),
    ],
)
def test_what_is_wrong_is_said(change: dict[str, object], said: str) -> None:
    with pytest.raises(BundleRefused) as refused:
        from_bytes(json.dumps({**json.loads(as_bytes(manifest())), **change}).encode())
    assert said in str(refused.value)


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b"{", b'{"a":1,"a":2}'])
def test_what_is_no_manifest(raw: bytes) -> None:
    with pytest.raises(BundleRefused, match="has a manifest that is"):
        from_bytes(raw)


def test_times_are_rfc_3339() -> None:
    assert moment(CREATED) == "2027-01-15T08:00:00Z"
    assert seconds(moment(CREATED)) == CREATED


@pytest.mark.parametrize(
    ("version", "needed", "answer"),
    [
        ("0.1.0", "0.1.0", False),
        ("0.1.0", "0.1", False),
        ("0.1.0", "0.1.1", True),
        ("0.9.0", "0.10.0", True),
        ("1.0.0", "0.10.0", False),
        ("0.2.0rc1", "0.2.0", False),
        ("unknown", "0.1.0", True),
    ],
)
def test_which_version_is_older(version: str, needed: str, answer: bool) -> None:
    assert older(version, needed) is answer

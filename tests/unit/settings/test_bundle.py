"""Where a bundle may lie."""

from pathlib import Path

import pytest

from sidecar.settings.bundle import FilePlace, Place, RegistryPlace, WebPlace, place_of

DIGEST = "sha256:" + "0f" * 32


@pytest.mark.parametrize(
    ("text", "place", "host"),
    [
        ("https://rules.example/company.tar", WebPlace("https://rules.example/company.tar"), "rules.example"),
        ("http://127.0.0.1:8000/b", WebPlace("http://127.0.0.1:8000/b"), "127.0.0.1"),
        ("oci://ghcr.io/company/rules:v1", RegistryPlace("ghcr.io", "company/rules", "v1", False), "ghcr.io"),
        ("oci://r.example:5000/rules", RegistryPlace("r.example:5000", "rules", "latest", False), "r.example"),
        (f"oci+http://localhost:1/a-b/c@{DIGEST}", RegistryPlace("localhost:1", "a-b/c", DIGEST, True), "localhost"),
    ],
)
def test_addresses(text: str, place: Place, host: str) -> None:
    found = place_of(text, Path("/etc"))
    assert found == place
    assert not isinstance(found, FilePlace)
    assert found.host == host
    assert str(found).startswith(text)
    assert place_of(str(found), Path()) == found


def test_a_path_is_relative_to_the_folder() -> None:
    assert place_of("rules/company.tar", Path("/etc")) == FilePlace(Path("/etc/rules/company.tar"))
    assert str(place_of("/a.tar", Path("/etc"))) == "/a.tar"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ftp://a/b", "begins with https://"),
        ("https://user:word@a/b", "must not hold a user"),
        ("https://a/b?token=1", "must not have a query"),
        ("https://", "expected a URL"),
        ("oci://ghcr.io", "expected oci://HOST"),
        ("oci://ghcr.io/Company/rules", "expected oci://HOST"),
        ("oci://ghcr.io/../rules", "expected oci://HOST"),
        ("oci://user:word@ghcr.io/rules", "expected oci://HOST"),
        ("oci://ghcr.io/rules@sha256:abc", "expected oci://HOST"),
        ("oci://ghcr.io/rules:v1?x=1", "expected oci://HOST"),
    ],
)
def test_what_is_no_address(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        place_of(text, Path())

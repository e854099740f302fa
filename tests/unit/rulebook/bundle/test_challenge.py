"""What registries ask for, as they write it."""

import pytest

from sidecar.rulebook.bundle.challenge import Credential, challenge

HUB = 'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull"'


@pytest.mark.parametrize(
    ("header", "scheme", "address"),
    [
        (
            HUB,
            "bearer",
            "https://auth.docker.io/token?scope=repository%3Aa%2Fb%3Apull&service=registry.docker.io",
        ),
        ('bearer REALM = "https://a/t?x=1" , error="a \\"b\\""', "bearer", "https://a/t?x=1&scope=mine"),
        ("Bearer realm=https://a/t", "bearer", "https://a/t?scope=mine"),
        ('Bearer realm="file:///etc/passwd"', "bearer", None),
        ("Bearer", "bearer", None),
        ('Basic realm="https://a"', "basic", None),
    ],
)
def test_challenges(header: str, scheme: str, address: str | None) -> None:
    found = challenge(header)
    assert found is not None
    assert (found.scheme, found.token_address("mine")) == (scheme, address)


@pytest.mark.parametrize("header", ["", "  ", "42", '"Bearer"'])
def test_no_challenge(header: str) -> None:
    assert challenge(header) is None


def test_a_credential_as_a_header() -> None:
    assert Credential("ada", "word").header == "Basic YWRhOndvcmQ="
    assert Credential(None, "word").header == "Bearer word"
    assert "word" not in repr(Credential("ada", "word"))

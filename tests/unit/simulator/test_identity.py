import json
import stat
from dataclasses import replace
from pathlib import Path

import jwt
import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.settings.load import load
from sidecar.simulator.identity import (
    AUDIENCE,
    ISSUER,
    JWKS_FILE,
    KEY_FILE,
    DevelopmentIdentity,
    prepare,
    prepared_for,
    refuse_beyond_loopback,
)

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104  (what must be refused)


@pytest.fixture
def identity(tmp_path: Path) -> DevelopmentIdentity:
    return prepare(tmp_path, LOOPBACK)


def test_anyone_with_the_jwks_can_verify(identity: DevelopmentIdentity) -> None:
    token = identity.mint("ada", ["eng", "sre"], 60, now=1_000_000)
    keys = jwt.PyJWKSet.from_dict(json.loads(identity.jwks_file.read_text()))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["ES256"], {"verify_exp": False}, audience=AUDIENCE, issuer=ISSUER)
    assert claims.pop("jti")
    assert claims == {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "groups": ["eng", "sre"], "iat": 1_000_000, "exp": 1_000_060,
    }  # fmt: skip
    assert identity.verify(token)["sub"] == "ada"


def test_the_public_file_holds_nothing_private(identity: DevelopmentIdentity) -> None:
    (key,) = identity.jwks()["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "kid", "alg", "use"}


def test_the_key_stays(identity: DevelopmentIdentity, tmp_path: Path) -> None:
    again = prepare(tmp_path, LOOPBACK)
    assert again.key_id == identity.key_id
    assert again.verify(identity.mint("ada"))["sub"] == "ada"
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([KEY_FILE, JWKS_FILE])


def test_another_keys_token_does_not_verify(identity: DevelopmentIdentity, tmp_path: Path) -> None:
    other = prepare(tmp_path / "other", LOOPBACK)
    assert other.key_id != identity.key_id
    with pytest.raises(jwt.InvalidTokenError):
        identity.verify(other.mint("ada"))


@pytest.mark.parametrize(
    ("address", "fine", "note"),
    [
        ("127.0.0.1", True, "usual"),
        ("127.9.9.9", True, "all of 127/8"),
        ("::1", True, "IPv6"),
        ("localhost", True, "by name"),
        (EVERYWHERE, False, "everywhere"),
        ("::", False, "everywhere, IPv6"),
        ("10.0.0.1", False, "the network"),
        ("localhost.example.com", False, "a name that only looks like it"),
        ("", False, "nothing"),
    ],
)
def test_only_loopback(address: str, fine: bool, note: str, tmp_path: Path) -> None:
    if fine:
        refuse_beyond_loopback(address)
        return
    with pytest.raises(ConfigurationError, match="only when the gate listens on loopback") as caught:
        prepare(tmp_path / "state", address)
    assert len(str(caught.value).splitlines()) == 1, note
    assert not (tmp_path / "state").exists(), "no key is made"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nonsense", "is not a private key"),
        (b"", "is not a private key"),
    ],
)
def test_a_broken_key_is_one_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(content)
    with pytest.raises(ConfigurationError, match=said):
        prepare(tmp_path, LOOPBACK)


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be kept there"):
        prepare(tmp_path / "file", LOOPBACK)


def test_settings_decide(tmp_path: Path) -> None:
    settings = replace(load(environ={}), state=tmp_path)
    assert prepared_for(settings).provider().jwks.file == tmp_path / JWKS_FILE
    off = replace(settings, development=replace(settings.development, identity=False))
    with pytest.raises(ConfigurationError, match=r"development\.identity is not on"):
        prepared_for(off)
    outside = replace(settings, listen=replace(settings.listen, address=EVERYWHERE))
    with pytest.raises(ConfigurationError, match="loopback"):
        prepared_for(outside)

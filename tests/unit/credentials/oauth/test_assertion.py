"""A key instead of a secret."""

import json
import time
from pathlib import Path
from secrets import token_hex
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa, x25519

from sidecar.core.model.connection import Kind
from sidecar.credentials.oauth.assertion import signed
from sidecar.credentials.oauth.grant import NoToken
from sidecar.credentials.secret import Secret
from sidecar.credentials.vault import Vault
from sidecar.settings.oauth import ClientAuth, OAuth
from sidecar.settings.values import CredentialSource, Upstream
from tests.token_endpoint import CLIENT, giving, plain

OAUTH = OAuth("https://id/token", CLIENT, None, Path("k.pem"), ClientAuth.PRIVATE_KEY_JWT, key_id="one")


def pem(key: Any, password: bytes | None = None) -> str:
    sealed = s.BestAvailableEncryption(password) if password else s.NoEncryption()
    return str(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, sealed).decode())


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
)
def test_each_kind_of_key(key: Any, algorithm: str) -> None:
    now = time.time()
    made = signed(OAUTH, Secret(pem(key)), now, "n1")
    assert jwt.get_unverified_header(made) == {"alg": algorithm, "kid": "one", "typ": "JWT"}
    claims = jwt.decode(made, key.public_key(), [algorithm], audience="https://id/token", issuer=CLIENT)
    assert (claims["sub"], claims["jti"], claims["exp"] - int(now)) == (CLIENT, "n1", 60)


@pytest.mark.parametrize(
    "text",
    [
        "no key",
        pem(ec.generate_private_key(ec.SECP256R1()), b"sealed"),
        pem(ec.generate_private_key(ec.SECP256K1())),
        pem(x25519.X25519PrivateKey.generate()),
    ],
    ids=["text", "with a password", "another curve", "not for signing"],
)
def test_what_is_no_key_is_said_and_not_shown(text: str) -> None:
    with pytest.raises(NoToken, match="RSA, EC or Ed25519 in PEM") as caught:
        signed(OAUTH, Secret(text), 0.0, "n")
    assert text not in str(caught.value)


@pytest.mark.parametrize("found", [False, True], ids=["that was named", "that the issuer names"])
async def test_an_endpoint_that_knows_the_key(tmp_path: Path, found: bool) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    file = tmp_path / "k.pem"
    with giving(token_hex(8)) as giver:
        giver.key = key.public_key()
        said = plain({"issuer": giver.origin, "token_endpoint": giver.url})
        giver.pages["/.well-known/openid-configuration"] = said
        place = {"token_url": "", "issuer": giver.origin} if found else {"token_url": giver.url}
        oauth = OAuth(client_id=CLIENT, secret_env=None, secret_file=file, auth=ClientAuth.PRIVATE_KEY_JWT, **place)
        upstream = Upstream(
            "t", Kind.MCP, "http://t", None, CredentialSource("authorization", "Bearer ", None, None, oauth)
        )
        vault = Vault([upstream], {})
        (complaint,) = vault.missing()
        assert "k.pem cannot be read" in complaint
        file.write_text(pem(key))
        vault = Vault([upstream], {})
        assert vault.missing() == ()
        assert giver.holder((await vault.fetch("t"))[0][1]) == CLIENT
        await vault.close()
    assert "client_secret" not in json.dumps(giver.asked)

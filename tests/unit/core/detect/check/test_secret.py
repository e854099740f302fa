"""What a value has to prove, by the name before it."""

from base64 import b64encode

import pytest

from sidecar.core.detect.check import secret

#                               random password bare   key    url
VALUES = {
    "8f14e45fceea167a5a36":     (True,  True,   True,  False, True),
    "Kd83" + "Jsk9x":           (True,  True,   True,  False, True),
    "GxK9-d8sKw02_lsP3kd92mmL": (True,  True,   True,  True,  True),
    "hunter22":                 (False, True,   True,  False, True),
    "letmein":                  (False, True,   False, False, True),
    "P@$$w0rd":                 (True,  True,   True,  False, True),
    "password":                 (False, False,  False, False, False),
    "changeme123":              (False, False,  False, False, False),
    "access_token":             (False, False,  False, False, True),
    "${PASSWORD}":              (False, False,  False, False, False),
    "2025-04-20":               (False, False,  False, False, True),
    "12":                       (False, False,  False, False, False),
    "required":                 (False, False,  False, False, False),
    "bcrypt":                   (False, False,  False, False, False),
    "bert-base-uncased":        (False, False,  False, False, True),
}  # fmt: skip
CHECKS = (secret.random_like, secret.password_like, secret.bare_password, secret.key_like, secret.url_password)


@pytest.mark.parametrize("value", VALUES)
def test_what_a_value_has_to_prove(value: str) -> None:
    assert tuple(check(value.encode()) for check in CHECKS) == VALUES[value]


@pytest.mark.parametrize(
    ("value", "good"), [("Jk3kd93k!", True), ("urllib2", False), ("kX82hs9dkL0q", True), ("name", False)]
)
def test_an_argument_is_most_often_a_name(value: str, good: bool) -> None:
    assert secret.argument_like(value.encode()) == good


def test_a_uuid_is_a_secret_behind_a_telling_name_but_no_key() -> None:
    value = b"7d444840-9dc0-11d1-b245-5ffdce74fad2"
    assert secret.random_like(value)
    assert not secret.key_like(value)


@pytest.mark.parametrize(
    ("value", "good"),
    [("suemfgLwRWzlnj", True), ("sumsandsquares", False), ("xxxxxxxxxxxxxxx", False), ("a8d93lskq2mw", True)],
)
def test_drawn(value: str, good: bool) -> None:
    assert secret.drawn(value.encode()) == good


@pytest.mark.parametrize(
    ("decoded", "good"),
    [(b"user:" + b"kd83js", True), (b"nocolon", False), (b"u:\x00", False), (b"user:example", False)],
)
def test_basic_credentials(decoded: bytes, good: bool) -> None:
    assert secret.basic_credentials(b64encode(decoded)) == good


def test_what_is_not_base64_is_no_credential_and_no_token() -> None:
    assert not secret.basic_credentials(b"a")
    assert not secret.jwt(b"e.y")
    assert not secret.encoded_jwt(b"ZXlK=")


HEAD = b64encode(b'{"alg":"HS256"}').rstrip(b"=")


@pytest.mark.parametrize(
    ("value", "good"), [(HEAD + b".eyJ9.x", True), (HEAD[:-4] + b".eyJ9.x", False), (b"eyAAAA.b.c", False)]
)
def test_jwt(value: bytes, good: bool) -> None:
    assert secret.jwt(value) == good
    assert secret.encoded_jwt(b64encode(value + b"." * (-len(value) % 3))) == good

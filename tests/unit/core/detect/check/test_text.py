"""Words, references and stand-ins against what was drawn at random."""

import pytest

from sidecar.core.detect.check.text import entropy, numbered_name, readable, referring, stand_in, uuid, varied

REFERENCES = [
    *("${DB_PASSWORD}", "$(cat /run/secret)", "$PASSWORD", "{{ .Values.key }}", "%s", "%(password)s", "<your-key>"),
    *("os.environ", "self.token", "settings.API_KEY", "get_password()", "config['key']", "/etc/ssl/key", "server.pem"),
    *("https://example.org/x", "a::b", "x => y", "ENC[AES256]", "!vault", "&#229;", "secrets/db/password"),
    *("[EMAIL_K7Q2M9XA]", "[EMAIL_#3f9a01b2c3d4]"),
]
PLAIN = ["P@$$w0rd", "Pa55w.rd12", "a(b)c1", "kd83Jsk!", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY"]


@pytest.mark.parametrize("value", REFERENCES)
def test_leads_to_a_value_and_is_none(value: str) -> None:
    assert referring(value.encode())


@pytest.mark.parametrize("value", PLAIN)
def test_looks_odd_but_refers_to_nothing(value: str) -> None:
    assert not referring(value.encode())


@pytest.mark.parametrize(
    "value", ["changeme", "your_api_key", "xxxxxxxx", "********", "sample-key", "aaaaaaaaaaaaaaaa", "abcdefgh1"]
)
def test_says_that_it_is_not_the_real_thing(value: str) -> None:
    assert stand_in(value.encode())


@pytest.mark.parametrize("value", ["kd83Jsk9", "hunter22", "b7f3a9c1d2e4f506"])
def test_stands_for_nothing_else(value: str) -> None:
    assert not stand_in(value.encode())


@pytest.mark.parametrize("value", ["access_token", "getUserName", "X-Api-Key", "Two words", "user_password_2"])
def test_made_of_words(value: str) -> None:
    assert readable(value.encode())


@pytest.mark.parametrize("value", ["kjh3KJH43kjhKJ3h4", "qzxwvkjt", "8f14e45fceea167a", "A1b2C3d4"])
def test_made_of_nothing(value: str) -> None:
    assert not readable(value.encode())


@pytest.mark.parametrize(
    ("value", "is_name"), [("user_password_2", True), ("userName2", True), ("hunter22", False), ("chang3itNow", False)]
)
def test_a_name_with_a_number_is_no_password(value: str, is_name: bool) -> None:
    assert numbered_name(value.encode()) == is_name


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("ghp_" + "a8Kd93Lsk2mWq0Zx", True),
        ("ghp_xxxxxxxxxxxx", False),
        ("AKIAEXAMPLEEXAMPLE12", False),
        ("ababababab", False),
    ],
)
def test_varied(value: str, good: bool) -> None:
    assert varied(value.encode()) == good


def test_entropy_is_shannons() -> None:
    assert (entropy(b""), entropy(b"aaaa"), entropy(b"abcd")) == (0.0, 0.0, 2.0)


def test_uuid() -> None:
    assert uuid(b"7d444840-9dc0-11d1-b245-5ffdce74fad2")
    assert not uuid(b"7d4448409dc011d1b2455ffdce74fad2")

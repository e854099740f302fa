from collections.abc import Callable

import jwt
import pytest

from sidecar.simulator.provider import LASTS, Options, Provider, Refusal, User, challenge

ISSUER = "http://127.0.0.1:9"
VERIFIER = "v" * 43
CALLBACK = "http://127.0.0.1:7000/callback"
QUERY = {
    "client_id": "cli",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid email",
    "code_challenge": challenge(VERIFIER),
    "code_challenge_method": "S256",
    "nonce": "n1",
}
GRANT = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}


class Clock:
    def __init__(self) -> None:
        self.time = 1_900_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> Provider:
    return Provider(ISSUER, Options(), clock)


def code(provider: Provider, **changed: str) -> str:
    return provider.code(provider.asked({**QUERY, **changed}), provider.user("ada"))


def claims(provider: Provider, token: object) -> dict[str, object]:
    keys = jwt.PyJWKSet.from_dict(provider.jwks())
    text = str(token)
    key = keys[jwt.get_unverified_header(text)["kid"]]
    return jwt.decode(text, key, ["ES256"], {"verify_aud": False, "verify_exp": False, "verify_iat": False})


def test_a_code_becomes_tokens(provider: Provider) -> None:
    given = provider.token({**GRANT, "code": code(provider)}, "cli", None)
    said = claims(provider, given["id_token"])
    assert (said["sub"], said["aud"], said["nonce"], said["groups"]) == ("ada", "cli", "n1", ["engineering"])
    assert said["iss"] == ISSUER


@pytest.mark.parametrize(
    ("changed", "note"),
    [
        ({"redirect_uri": "https://evil.example/callback"}, "another machine"),
        ({"redirect_uri": "http://127.0.0.1.evil.example/"}, "a name that begins like this machine"),
        ({"redirect_uri": ""}, "nowhere"),
        ({"code_challenge_method": "plain"}, "a challenge that gives the verifier away"),
        ({"code_challenge": ""}, "no challenge"),
        ({"response_type": "token"}, "the implicit flow"),
        ({"scope": "email"}, "no OpenID"),
        ({"client_id": ""}, "nobody"),
    ],
)
def test_what_is_not_asked_properly(provider: Provider, changed: dict[str, str], note: str) -> None:
    with pytest.raises(Refusal):
        provider.asked({**QUERY, **changed})


@pytest.mark.parametrize(
    ("changed", "client", "note"),
    [
        ({"code_verifier": "w" * 43}, "cli", "another verifier"),
        ({"redirect_uri": CALLBACK + "2"}, "cli", "another redirect"),
        ({}, "other", "another client"),
        ({"code": "made up"}, "cli", "no code"),
        ({"grant_type": "password"}, "cli", "no grant"),
    ],
)
def test_a_code_is_for_who_asked(provider: Provider, changed: dict[str, str], client: str, note: str) -> None:
    with pytest.raises(Refusal):
        provider.token({**GRANT, "code": code(provider), **changed}, client, None)


def test_a_code_works_once_and_not_for_long(provider: Provider, clock: Clock) -> None:
    once = {**GRANT, "code": code(provider)}
    provider.token(once, "cli", None)
    with pytest.raises(Refusal):
        provider.token(once, "cli", None)
    late = {**GRANT, "code": code(provider)}
    clock.time += LASTS
    with pytest.raises(Refusal):
        provider.token(late, "cli", None)


def test_a_refresh_token_works_once(provider: Provider) -> None:
    given = provider.token({**GRANT, "code": code(provider)}, "cli", None)
    form = {"grant_type": "refresh_token", "refresh_token": str(given["refresh_token"])}
    again = provider.token(form, "cli", None)
    assert claims(provider, again["id_token"])["sub"] == "ada"
    with pytest.raises(Refusal):
        provider.token(form, "cli", None)


@pytest.mark.parametrize("secret", [None, "wrong"])
def test_a_client_with_a_secret_needs_it(clock: Clock, secret: str | None) -> None:
    provider = Provider(ISSUER, Options(clients={"cli": "right"}), clock)
    with pytest.raises(Refusal):
        provider.token({**GRANT, "code": code(provider)}, "cli", secret)
    assert provider.token({**GRANT, "code": code(provider)}, "cli", "right")
    with pytest.raises(Refusal):
        code(provider, client_id="other")


def device(provider: Provider) -> tuple[dict[str, str], str]:
    said = provider.device("tv", "openid")
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": str(said["device_code"])}
    return grant, str(said["user_code"])


def test_a_device_waits_for_a_person(provider: Provider) -> None:
    form, shown = device(provider)
    with pytest.raises(Refusal, match="Nobody has said yes"):
        provider.token(form, "tv", None)
    provider.decide(f"{shown[:4].lower()}-{shown[4:]}", provider.user("grace"))
    assert claims(provider, provider.token(form, "tv", None)["id_token"])["sub"] == "grace"
    with pytest.raises(Refusal):
        provider.token(form, "tv", None)


def refuse(provider: Provider, shown: str, _: Clock) -> None:
    provider.decide(shown, None)


def too_late(_: Provider, __: str, clock: Clock) -> None:
    clock.time += LASTS


@pytest.mark.parametrize(("happens", "error"), [(refuse, "access_denied"), (too_late, "expired_token")])
def test_a_device_that_is_turned_away(
    provider: Provider, clock: Clock, happens: Callable[[Provider, str, Clock], None], error: str
) -> None:
    form, shown = device(provider)
    happens(provider, shown, clock)
    with pytest.raises(Refusal) as caught:
        provider.token(form, "tv", None)
    assert caught.value.error == error
    with pytest.raises(Refusal):
        provider.decide(shown, provider.user("ada"))


def test_keys_change_and_the_last_one_stays(provider: Provider) -> None:
    before = provider.id_token("cli", User("ada", ()))
    provider.rotate()
    assert claims(provider, before)["sub"] == "ada"
    assert claims(provider, provider.id_token("cli", User("ada", ())))["sub"] == "ada"
    provider.rotate()
    with pytest.raises(KeyError):
        claims(provider, before)


def test_userinfo() -> None:
    import time

    provider = Provider(ISSUER, Options(), time.time)
    given = provider.token({**GRANT, "code": code(provider)}, "cli", None)
    assert provider.about(str(given["access_token"]))["email"] == "ada@example.com"
    with pytest.raises(Refusal):
        provider.about(str(given["id_token"]))

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from sidecar.simulator.provider import Options, User, challenge
from sidecar.simulator.provider_serve import provide

VERIFIER = "v" * 43
CALLBACK = "http://127.0.0.1:7000/callback?kept=1"
QUERY = {
    "client_id": "cli",
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "scope": "openid",
    "state": "s&1",
    "code_challenge": challenge(VERIFIER),
    "code_challenge_method": "S256",
}
NASTY = User("nasty", ("<b>group</b>",))


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    options = Options(users=(User("ada", ("eng",)), NASTY), clients={"cli": None, "web": "sec:ret"})
    with provide(options) as running, httpx.Client(base_url=running.url, trust_env=False) as client:
        yield client


def test_the_whole_way(http: httpx.Client) -> None:
    found = http.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == str(http.base_url).rstrip("/")
    page = http.get(found["authorization_endpoint"], params=QUERY)
    assert (page.status_code, 'data-user="ada"' in page.text) == (200, True)
    back = http.post(found["authorization_endpoint"], data={**QUERY, "user": "ada"})
    query = parse_qs(urlsplit(back.headers["location"]).query)
    assert (back.status_code, query["state"], query["kept"]) == (303, ["s&1"], ["1"])
    grant = {"grant_type": "authorization_code", "code": query["code"][0], "redirect_uri": CALLBACK}
    given = http.post(found["token_endpoint"], data={**grant, "code_verifier": VERIFIER, "client_id": "cli"}).json()
    about = http.get(found["userinfo_endpoint"], headers={"authorization": f"Bearer {given['access_token']}"})
    assert about.json()["groups"] == ["eng"]
    assert http.get(found["jwks_uri"]).json()["keys"]


def test_nobody(http: httpx.Client) -> None:
    back = http.post("/authorize", data={**QUERY, "user": ""})
    assert parse_qs(urlsplit(back.headers["location"]).query)["error"] == ["access_denied"]


def test_what_is_wrong_is_never_sent_on(http: httpx.Client) -> None:
    evil = {**QUERY, "redirect_uri": "https://evil.example", "user": "ada"}
    for answer in (http.get("/authorize", params=evil), http.post("/authorize", data=evil)):
        assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_what_others_wrote_is_text(http: httpx.Client) -> None:
    page = http.get("/authorize", params={**QUERY, "state": '"><script>'}).text
    assert "<script>" not in page
    assert "<b>group" not in page


@pytest.mark.parametrize(
    ("auth", "form", "status", "note"),
    [
        (("web", "sec%3Aret"), {}, 400, "Basic, percent-encoded: only the code is wrong"),
        (None, {"client_id": "web", "client_secret": "sec:ret"}, 400, "in the form"),
        (("web", "other"), {}, 401, "another secret"),
        (None, {"client_id": "web"}, 401, "no secret"),
        (None, {}, 401, "nobody"),
    ],
)
def test_clients(
    http: httpx.Client, auth: tuple[str, str] | None, form: dict[str, str], status: int, note: str
) -> None:
    answer = http.post("/token", data={"grant_type": "authorization_code", "code": "x", **form}, auth=auth)
    assert answer.status_code == status, note
    assert http.post("/token", headers={"authorization": "Basic !"}).status_code == 401


def test_a_device(http: httpx.Client) -> None:
    said = http.post("/device_authorization", data={"client_id": "cli", "scope": "openid"}).json()
    assert said["user_code"] in http.get(said["verification_uri_complete"]).text
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": said["device_code"]}
    asked = {**form, "client_id": "cli"}
    assert http.post("/token", data=asked).json()["error"] == "authorization_pending"
    assert http.post("/device", data={"user_code": said["user_code"], "user": "ada"}).status_code == 200
    assert http.post("/token", data=asked).json()["id_token"]
    assert http.post("/device", data={"user_code": said["user_code"], "user": "ada"}).status_code == 400

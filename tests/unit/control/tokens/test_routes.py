import json
from collections.abc import AsyncIterator

import httpx
import jwt
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from sidecar.control.person import Person, Role
from sidecar.control.tokens.exchange import DEVICE, EXCHANGE
from sidecar.control.tokens.proofs import TYPE
from sidecar.control.tokens.routes import LARGEST, routes
from sidecar.control.tokens.tokens import Tokens
from tests.unit.control.tokens.rig import NOW, Noted, Signer, claims

ROOT = Person("root", "company", roles=frozenset({Role.ADMIN}))
REVIEWER = Person("grace", "company", frozenset({"sre"}), frozenset({Role.REVIEWER}))


class AsPerson:
    """What the console's guard does: it says who is there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.person: Person | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["person"] = self.person
        await self._app(scope, receive, send)


@pytest.fixture
def app(made: Tokens) -> AsPerson:
    return AsPerson(Starlette(routes=routes(made)))


@pytest.fixture
async def http(app: AsPerson) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://gate.example.com") as client:
        yield client


def form(signer: Signer, **changed: object) -> dict[str, str]:
    token = signer.sign(claims(**changed))
    return {"grant_type": EXCHANGE, "subject_token": token, "subject_token_type": f"{TYPE}jwt"}


async def test_a_token_that_the_published_keys_verify(http: httpx.AsyncClient, signer: Signer) -> None:
    answer = await http.post("/v1/token", data=form(signer))
    said = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert (said["token_type"], said["expires_in"], said["issued_token_type"]) == ("Bearer", 900, f"{TYPE}access_token")
    keys = await http.get("/.well-known/jwks.json")
    key = jwt.PyJWKSet.from_dict(keys.json())[jwt.get_unverified_header(said["access_token"])["kid"]]
    options = {"verify_iat": False}
    assert jwt.decode(said["access_token"], key, ["ES256"], options, audience="gatehouse")["sub"] == "ada"  # type: ignore[arg-type]
    assert "max-age" in keys.headers["cache-control"]


@pytest.mark.parametrize(
    ("options", "status", "error", "note"),
    [
        ({"data": {"grant_type": "x"}}, 400, "unsupported_grant_type", "a grant that is not known"),
        ({"json": {"grant_type": EXCHANGE}}, 400, "invalid_request", "JSON"),
        ({"content": b"grant_type=a&grant_type=b"}, 400, "invalid_request", "twice"),
        ({"content": b"grant_type=" + b"x" * LARGEST}, 413, "invalid_request", "too much"),
        ({"content": b"&".join(b"p%d=1" % n for n in range(50))}, 400, "invalid_request", "too many"),
        ({"content": b"\xff\xfe"}, 400, "invalid_request", "no text"),
        ({"content": b""}, 400, "invalid_request", "nothing"),
    ],
)
async def test_errors_are_those_of_oauth(
    http: httpx.AsyncClient, options: dict[str, object], status: int, error: str, note: str
) -> None:
    if "content" in options:
        options = {**options, "headers": {"content-type": "application/x-www-form-urlencoded"}}
    answer = await http.post("/v1/token", **options)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["error"]) == (status, error), note
    assert answer.headers["cache-control"] == "no-store"


async def test_what_cannot_be_recorded(http: httpx.AsyncClient, signer: Signer, trail: Noted) -> None:
    trail.full = True
    answer = await http.post("/v1/token", data=form(signer))
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


async def test_only_so_often(http: httpx.AsyncClient) -> None:
    codes = [(await http.post("/v1/token", data={"grant_type": "x"})).status_code for _ in range(70)]
    assert (codes[:60], codes[60:]) == ([400] * 60, [429] * 10)
    assert (await http.get("/.well-known/jwks.json")).status_code == 200


async def test_metadata(http: httpx.AsyncClient) -> None:
    for path in ("openid-configuration", "oauth-authorization-server"):
        said = (await http.get(f"/.well-known/{path}")).json()
        assert said["issuer"] == "https://gate.example.com"
        assert said["token_endpoint"] == "https://gate.example.com/v1/token"
        assert EXCHANGE in said["grant_types_supported"]
        assert said["gatehouse"] == {"audiences": ["gatehouse", "gatehouse-eu"], "logins": []}


async def test_a_device_from_beginning_to_end(http: httpx.AsyncClient, app: AsPerson) -> None:
    started = (await http.post("/v1/device", data={"client_id": "<b>laptop"})).json()
    assert started["verification_uri"] == "https://gate.example.com/device"
    grant = {"grant_type": DEVICE, "device_code": started["device_code"]}
    assert (await http.post("/v1/token", data=grant)).json()["error"] == "authorization_pending"
    app.person = REVIEWER
    page = await http.get(started["verification_uri_complete"])
    assert ("&lt;b&gt;laptop" in page.text, "<b>laptop" in page.text, started["user_code"] in page.text) == (
        True, False, True,
    )  # fmt: skip
    done = await http.post("/device", data={"user_code": started["user_code"], "answer": "yes"})
    assert (done.status_code, "logged in" in done.text) == (200, True)
    said = (await http.post("/v1/token", data=grant)).json()
    assert jwt.decode(said["access_token"], options={"verify_signature": False})["sub"] == "grace"
    out = await http.post("/v1/logout", data={"token": said["refresh_token"]})
    again = {"grant_type": "refresh_token", "refresh_token": said["refresh_token"]}
    assert (out.status_code, (await http.post("/v1/token", data=again)).json()["error"]) == (200, "invalid_grant")


async def test_opening_the_page_lets_nothing_in(http: httpx.AsyncClient, app: AsPerson) -> None:
    started = (await http.post("/v1/device", data={"client_id": "laptop"})).json()
    app.person = REVIEWER
    await http.get(started["verification_uri_complete"])
    for answer in ("no", "", "maybe"):
        other = (await http.post("/v1/device", data={"client_id": "laptop"})).json()
        await http.post("/device", data={"user_code": other["user_code"], "answer": answer})
        grant = {"grant_type": DEVICE, "device_code": other["device_code"]}
        assert (await http.post("/v1/token", data=grant)).json()["error"] == "access_denied"
    grant = {"grant_type": DEVICE, "device_code": started["device_code"]}
    assert (await http.post("/v1/token", data=grant)).json()["error"] == "authorization_pending"


@pytest.mark.parametrize(("method", "path"), [("GET", "/device"), ("POST", "/device"), ("POST", "/v1/revocations")])
async def test_nobody_gets_in_where_a_person_is_needed(http: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await http.request(method, path)
    assert (answer.status_code, answer.json()["error"]) == (401, "access_denied")


async def test_revoking(http: httpx.AsyncClient, app: AsPerson, signer: Signer) -> None:
    app.person = REVIEWER
    assert (await http.post("/v1/revocations", json={"subject": "ada"})).status_code == 403
    app.person = ROOT
    said = (await http.post("/v1/revocations", json={"subject": "ada", "reason": "Lost."})).json()
    assert (said["target"], said["value"], bool(said["block"])) == ("subject", "ada", True)
    answer = await http.post("/v1/token", data=form(signer, iat=NOW - 5))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"subject": 1}', b'{"subject": "a", "other": "b"}', b"{}", b'{"id": "a", "session": "b"}']
)
async def test_revocations_that_are_none(http: httpx.AsyncClient, app: AsPerson, body: bytes) -> None:
    app.person = ROOT
    answer = await http.post("/v1/revocations", content=body)
    assert answer.status_code == 400
    assert json.loads(answer.text)["error"] == "invalid_request"

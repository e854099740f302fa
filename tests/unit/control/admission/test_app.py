"""The webhook's HTTP: every answer is a yes that was decided, or a no."""

import json
from typing import Any

import httpx
import pytest

from sidecar.control.admission.app import Hook, app
from sidecar.control.admission.review import LARGEST, Answer, Refusal, Review
from tests.unit.control.admission.test_review import review


class Desk:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.outcome: Answer | Exception = Answer(True)

    async def decide(self, _review: Review) -> Answer:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def post(self, body: bytes) -> httpx.Response:
        hook = Hook("inject", self.decide, lambda name, outcome, _seconds: self.seen.append((name, outcome)))
        transport = httpx.ASGITransport(app({"/inject": hook}))
        async with httpx.AsyncClient(transport=transport, base_url="https://webhook") as http:
            return await http.post("/inject", content=body)

    async def ask(self, **changed: Any) -> dict[str, Any]:
        answer = await self.post(json.dumps(review(**changed)).encode())
        assert answer.status_code == 200
        response: dict[str, Any] = answer.json()["response"]
        return response


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize(
    ("outcome", "allowed", "seen", "message"),
    [
        (Answer(True), True, "allowed", None),
        (Answer(True, patch=[{"op": "remove", "path": "/a"}]), True, "patched", None),
        (Answer(False, "no"), False, "refused", "no"),
        (Refusal("why and what to do"), False, "refused", "gatehouse: why and what to do"),
        (KeyError("secret text"), False, "failed", "gatehouse: the webhook failed on this object; its log says where"),
    ],
)
async def test_every_outcome(
    outcome: Answer | Exception, allowed: bool, seen: str, message: str | None, desk: Desk
) -> None:
    desk.outcome = outcome
    response = await desk.ask()
    assert (response["uid"], response["allowed"]) == ("u1", allowed)
    assert response.get("status", {}).get("message") == message
    assert desk.seen == [("inject", seen)]


async def test_another_version_is_answered_in_its_own_words_with_a_no(desk: Desk) -> None:
    asked = json.dumps(review(apiVersion="admission.k8s.io/v1beta1")).encode()
    said = (await desk.post(asked)).json()
    assert (said["apiVersion"], said["response"]["allowed"]) == ("admission.k8s.io/v1beta1", False)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "not JSON"),
        (b"{}", 400, "no request.uid"),
        (b" " * (LARGEST + 1), 413, "larger than 3 MiB"),
    ],
)
async def test_who_cannot_be_answered_gets_an_error(body: bytes, status: int, said: str, desk: Desk) -> None:
    answer = await desk.post(body)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert desk.seen == [("inject", "malformed")]


async def test_a_body_of_just_that_size_is_read(desk: Desk) -> None:
    text = json.dumps(review()).encode()
    assert (await desk.post(text + b" " * (LARGEST - len(text)))).status_code == 200


async def test_other_addresses_are_nothing(desk: Desk) -> None:
    transport = httpx.ASGITransport(app({}))
    async with httpx.AsyncClient(transport=transport, base_url="https://webhook") as http:
        assert (await http.post("/inject", content=b"")).status_code == 404

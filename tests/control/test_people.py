"""People and agents as real processes: tokens called back, calls approved and denied, whatever runs stopped."""

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest

from sidecar.simulator.provider import User
from tests.agent.session import Session
from tests.control.calls import MODEL, eventually
from tests.control.world import AT_ONCE, Door, Laptop, World, ticket, waiting, world
from tests.unit.control.tokens.assertions import Provider, Shape, posted

DEPLOY = "please deploy to prod [[say:shipped]]"
USERS = (
    User("ada", ("engineering",)),
    User("eve", ("engineering",)),
    User("bob", ("engineering",)),
    User("grace", ("engineering", "reviewers")),
    User("alan", ("engineering", "reviewers")),
    User("olga", ("engineering",)),
    User("root", ("admins",)),
)


@pytest.fixture(scope="module")
def adfs() -> Provider:
    return Provider()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, adfs: Provider) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("people"), *USERS, certificate=adfs.pem) as made:
        yield made


def none_waits(reviewer: Laptop) -> bool:
    return not waiting(reviewer)


class TestCalledBack:
    @pytest.mark.parametrize("named", ["id", "subject"])
    def test_a_token(self, whole: World, named: str) -> None:
        """The open stream ends legally and the next call is refused, both within two seconds; others go on."""
        eve, root, ada = whole.laptop("eve"), whole.laptop("root"), whole.laptop("ada")
        token = eve.token()
        headers, others = eve.headers(), ada.headers()
        stream, other = eve.stream(headers), ada.stream(others)
        jti = jwt.decode(token, options={"verify_signature": False})["jti"]
        root.run("token", "revoke", f"--{named}", {"id": jti, "subject": "eve"}[named], "--reason", "Laptop lost.")
        done = time.monotonic()
        assert stream.ended_after(done) < AT_ONCE
        assert b"Laptop lost." in stream.came
        eventually(lambda: eve.ask("hello", headers).status_code == 451, AT_ONCE)
        assert "Laptop lost." in eve.ask("hello", headers).text
        assert other.goes_on
        eve.log_in()
        assert eve.ask("hello", eve.headers()).status_code == 200, "a new sign-in is another token"

    def test_only_an_admin_calls_back(self, whole: World) -> None:
        said = whole.laptop("grace").run("token", "revoke", "--subject", "ada", ok=False)
        assert "takes the role admin" in said
        assert whole.laptop("ada").ask("hello", whole.laptop("ada").headers()).status_code == 200


class TestOtherWaysIn:
    def test_on_a_device_without_a_browser(self, whole: World) -> None:
        olga = whole.laptop("olga", logged_in=False)
        assert "gatehouse login" in olga.run("token", "exchange", ok=False)
        olga.log_in_on_a_device()
        claims = jwt.decode(olga.token(), options={"verify_signature": False})
        assert (claims["sub"], claims["groups"]) == ("olga", ["engineering"])
        assert olga.ask("hello", olga.headers()).status_code == 200
        olga.run("logout")
        assert "gatehouse login" in olga.run("token", "exchange", ok=False)

    def test_with_an_assertion(self, whole: World, adfs: Provider, tmp_path: Path) -> None:
        """A signed one opens the gate, once; one that somebody else signed, or changed afterwards, does not."""
        now, nobody = time.time(), whole.laptop("nobody", logged_in=False)

        def exchanged(name: str, response: str, ok: bool = True) -> str:
            (tmp_path / name).write_text(response)
            words = ("--as", "saml2", "--control", whole.control)
            return nobody.run("token", "exchange", "--from", str(tmp_path / name), *words, ok=ok)

        good = posted(adfs.signed_assertion(Shape(id="_e1", now=now)))
        headers = {"authorization": f"Bearer {exchanged('good', good)}", "anthropic-version": "2023-06-01"}
        assert nobody.ask("hello", headers).status_code == 200
        nobody.forget_tokens()
        assert "used before" in exchanged("twice", good, ok=False)
        someone_elses = Provider()
        refused = (
            ("expired", posted(adfs.signed_assertion(Shape(id="_e2", now=now - 3600)))),
            ("another audience", posted(adfs.signed_assertion(Shape(id="_e3", now=now, audience="https://else")))),
            ("not signed by adfs", posted(someone_elses.signed_assertion(Shape(id="_e4", now=now)))),
            ("not signed by adfs", posted(adfs.signed_assertion(Shape(id="_e5", now=now)), renamed)),
        )
        for why, response in refused:
            assert why in exchanged("bad", response, ok=False)


def renamed(text: str) -> str:
    """Somebody else, after it was signed."""
    return text.replace("ada@", "root@")


KILLS = (
    ("session", ("s-77",), {"x-gatehouse-session": "s-77"}, "/v1/messages"),
    ("caller", ("--subject", "bob"), {}, "/v1/messages"),
    ("agent", ("--agent", "builder"), {"x-gatehouse-agent": "builder"}, "/v1/messages"),
    ("connection", ("--connection", "spare"), {}, "/c/spare/v1/messages"),
    ("all", ("--all",), {}, "/v1/messages"),
)


@pytest.mark.parametrize(("note", "words", "more", "path"), KILLS, ids=[one[0] for one in KILLS])
def test_stopped_and_lifted(whole: World, note: str, words: tuple[str, ...], more: dict[str, str], path: str) -> None:
    bob, ada, grace, root = (whole.laptop(name) for name in ("bob", "ada", "grace", "root"))
    meant, other = bob.headers(**more), ada.headers()
    stream, beside = bob.stream(meant, path), ada.stream(other)
    block = json.loads(grace.run("sessions", "kill", *words, "--reason", "It runs wild.", "--json"))
    done = time.monotonic()
    assert stream.ended_after(done) < AT_ONCE
    assert b"It runs wild." in stream.came
    answer = bob.ask("hello", meant, path)
    assert (answer.status_code, "It runs wild." in answer.text) == (451, True)
    assert beside.goes_on is (note != "all")
    assert "takes the role admin" in grace.run("sessions", "kill", "--lift", block["id"], ok=False)
    root.run("sessions", "kill", "--lift", block["id"])
    eventually(lambda: bob.ask("hello", meant, path).status_code == 200, AT_ONCE)


class TestWhoMayDecide:
    def test_an_agent_with_a_reviewers_token_may_not(self, whole: World) -> None:
        """What `apiKeyHelper` prints for a reviewer: it opens the gate, and neither lists, approves nor stops."""
        ada, grace = whole.laptop("ada"), whole.laptop("grace")
        call = ada.asking(DEPLOY)
        waits = ticket(grace)
        block = {"target": "subject", "value": "ada", "reason": "because"}
        with httpx.Client(base_url=whole.control, headers=grace.headers(), trust_env=False) as agent:
            me = agent.get("/v1/me").json()
            answers = [
                agent.post(f"/v1/approvals/{waits}/decisions", json={"yes": True}),
                agent.get("/v1/approvals"),
                agent.get(f"/v1/approvals/{waits}"),
                agent.post("/v1/blocks", json=block),
                agent.post("/v1/revocations", json={"subject": "ada"}),
                agent.post("/device", data={"user_code": "BCDF-GHJK", "answer": "yes"}),
            ]
        assert [one.status_code for one in answers] == [403] * 6
        assert all("gatehouse login" in one.text for one in answers)
        assert me["subject"] == "grace"
        assert grace.ask("hello", grace.headers()).status_code == 200
        assert call.waits
        assert "not printed for agents" in grace.run("token", "exchange", "--audience", "gatehouse-control", ok=False)
        grace.run("approvals", "approve", waits)
        assert "shipped" in call.answer().text

    def test_nobody_approves_their_own_call(self, whole: World) -> None:
        grace, alan = whole.laptop("grace"), whole.laptop("alan")
        call = grace.asking(DEPLOY)
        waits = ticket(alan)
        assert "own call" in grace.run("approvals", "approve", waits, ok=False)
        alan.run("approvals", "deny", waits, "--rationale", "not now")
        assert call.answer().status_code == 451

    def test_who_was_taken_out_of_the_group_may_not(self, whole: World) -> None:
        ada, alan, grace = whole.laptop("ada"), whole.laptop("alan"), whole.laptop("grace")
        call = ada.asking(DEPLOY)
        waits = ticket(alan)
        whole.moved("alan", "engineering")
        alan.forget_tokens()
        assert "takes the role reviewer" in alan.run("approvals", "approve", waits, ok=False)
        assert call.waits
        grace.run("approvals", "approve", waits)
        assert call.answer().status_code == 200
        whole.moved("alan", "engineering", "reviewers")


def test_who_was_taken_out_while_the_page_is_open(whole: World) -> None:
    """Nothing is reloaded: the page only listens. It hears no more, and what it asks next is refused."""
    ada, grace, olga = whole.laptop("ada"), whole.laptop("grace"), whole.laptop("olga")
    with olga.browser() as browser, browser.stream("GET", "/v1/approvals/events", timeout=60) as stream:
        told = stream.iter_lines()
        assert next(line for line in told if line.startswith("event: ")) == "event: all"
        whole.moved("olga")
        call = ada.asking(DEPLOY)
        grace.run("approvals", "deny", ticket(grace), "--rationale", "not now")
        assert call.answer().status_code == 451
        assert "event: ticket" in list(told), "and then it ended"
        assert browser.get("/approvals").status_code == 403
    whole.moved("olga", "engineering")


class TestHeld:
    def test_approved(self, whole: World) -> None:
        ada, grace = whole.laptop("ada"), whole.laptop("grace")
        call = ada.asking(DEPLOY)
        waits = ticket(grace)
        shown = grace.run("approvals", "show", waits)
        assert "deploy to prod" in shown
        assert "People look first." in shown
        assert call.waits
        grace.run("approvals", "approve", waits)
        answer = call.answer()
        assert (answer.status_code, "shipped" in answer.text) == (200, True)
        assert "may" not in grace.run("approvals", "approve", waits, ok=False)

    async def test_denied_and_the_agent_reads_why(self, whole: World, tmp_path: Path) -> None:
        ada, grace = whole.laptop("ada"), whole.laptop("grace")
        async with Session(Door(whole.gate, ada.token()), tmp_path) as agent:  # type: ignore[arg-type]
            telling = asyncio.create_task(agent.tell(DEPLOY))
            waits = await asyncio.to_thread(ticket, grace)
            await asyncio.to_thread(grace.run, "approvals", "deny", waits, "--rationale", "not on a Friday")
            turn = await telling
        assert not turn.ok()
        assert "not on a Friday" in turn.text()

    async def test_who_goes_away_withdraws(self, whole: World) -> None:
        ada, grace = whole.laptop("ada"), whole.laptop("grace")
        asked = {**MODEL, "messages": [{"role": "user", "content": DEPLOY}]}
        async with httpx.AsyncClient(headers=ada.headers(), timeout=60, trust_env=False) as client:
            call = asyncio.create_task(client.post(f"{whole.gate}/v1/messages", json=asked))
            found = asyncio.create_task(asyncio.to_thread(ticket, grace))
            await asyncio.wait((call, found), return_when=asyncio.FIRST_COMPLETED)
            assert not call.done(), f"it did not wait: {call.result().text}"
            waits = await found
            call.cancel()
        await asyncio.to_thread(eventually, lambda: none_waits(grace))
        assert "withdrawn" in grace.run("approvals", "approve", waits, ok=False)

    def test_the_control_plane_is_killed_while_a_call_waits(self, whole: World) -> None:
        """The call still waits, under the same ticket, and the decision reaches it."""
        ada, grace = whole.laptop("ada"), whole.laptop("grace")
        call = ada.asking(DEPLOY)
        waits, before = ticket(grace), whole.control_process()
        whole.kill_control()
        eventually(lambda: answers(whole) and whole.control_process() != before, 60)
        assert call.waits
        assert ticket(grace) == waits
        grace.run("approvals", "approve", waits)
        assert call.answer().status_code == 200
        assert ada.ask("hello", ada.headers()).status_code == 200


def answers(whole: World) -> bool:
    try:
        return httpx.get(f"{whole.control}/readyz", trust_env=False).is_success
    except httpx.TransportError:
        return False

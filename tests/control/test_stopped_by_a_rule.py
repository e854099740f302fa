"""Tool calls of a real agent, judged by real processes: a person lets one go or not, and a rule stops a session."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidecar.simulator.provider import User
from sidecar.simulator.recording import read_recording
from tests.agent.session import Session
from tests.control.calls import eventually
from tests.control.world import AT_ONCE, Door, Laptop, World, ticket, world

POLICY = """
policy: agents
applies: {}
rules:
  - {id: stops, effect: [destroys_data], do: deny, say: Nothing is destroyed here., quarantine: true}
  - {id: asks, where: [tool_call], match: {regex: 'deploy'}, do: hold, approvers: [reviewers], say: People look first.}
"""
USERS = (User("ada", ("engineering",)), User("grace", ("engineering", "reviewers")), User("root", ("admins",)))
STOPPED = "rule stops has stopped this session: Nothing is destroyed here."


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("stopped"), *USERS, policy=POLICY) as made:
        yield made
        assert made.model.world.past.report()["complaints"] == [], "the provider saw another past than its own"


def agent(whole: World, folder: Path) -> Session:
    return Session(Door(whole.gate, whole.laptop("ada").token()), folder)  # type: ignore[arg-type]


def bash(command: str) -> str:
    return f"[[tool:Bash {json.dumps({'command': command})}]]"


def block(reviewer: Laptop) -> dict[str, str]:
    """The one that is in force, once it is."""
    found: list[dict[str, str]] = []

    def one() -> bool:
        found[:] = [json.loads(line) for line in reviewer.run("sessions", "blocks", "--json").splitlines()]
        return len(found) == 1

    eventually(one)
    return found[0]


async def test_a_person_lets_one_call_go_and_not_the_next(whole: World, tmp_path: Path) -> None:
    """Both wait in a stream, while the agent waits for its end."""
    grace = whole.laptop("grace")
    async with agent(whole, tmp_path) as session:
        telling = asyncio.create_task(session.tell(f"{bash('echo deploy > it.txt')}[[then]][[say:Shipped.]]"))
        waits = await asyncio.to_thread(ticket, grace)
        shown = await asyncio.to_thread(grace.run, "approvals", "show", waits)
        for words in ("command: echo >>deploy<< > it.txt", "writes", "People look first."):
            assert words in shown
        assert not telling.done()
        assert not (session.work / "it.txt").exists()
        await asyncio.to_thread(grace.run, "approvals", "approve", waits)
        turn = await telling
        assert (turn.ok(), turn.text()) == (True, "Shipped.")
        assert (session.work / "it.txt").read_text() == "deploy\n"

        telling = asyncio.create_task(session.tell(f"{bash('echo deploy >> it.txt')}[[then]][[say:Then not.]]"))
        waits = await asyncio.to_thread(ticket, grace)
        await asyncio.to_thread(grace.run, "approvals", "deny", waits, "--rationale", "not on a Friday")
        turn = await telling
        assert (turn.ok(), turn.text()) == (True, "Then not.")
        assert (session.work / "it.txt").read_text() == "deploy\n", "it ran once"
    newest = read_recording(whole.folder / "received.jsonl")[-1].body.decode()
    assert "Denied by grace: not on a Friday" in newest, "the agent reads why"


async def test_a_session_that_a_rule_stopped_goes_on_when_a_person_lifts_it(whole: World, tmp_path: Path) -> None:
    ada, grace, root = (whole.laptop(name) for name in ("ada", "grace", "root"))
    async with agent(whole, tmp_path) as session:
        precious = session.work / "precious"
        precious.mkdir()
        turn = await session.tell(f"{bash('rm -rf precious')}[[then]][[say:It is gone.]]")
        assert not turn.ok()
        assert STOPPED in turn.text()
        assert "It is gone." not in turn.text()
        assert precious.exists(), "the command never ran"
        stands = await asyncio.to_thread(block, grace)
        assert stands["target"] == "quarantine"
        assert STOPPED in (await session.tell("[[say:And now?]]")).text()
        refused = await asyncio.to_thread(grace.run, "sessions", "kill", "--lift", stands["id"], ok=False)
        assert "takes the role admin" in refused
        await asyncio.to_thread(root.run, "sessions", "kill", "--lift", stands["id"])
        same = ada.headers(**{"x-gatehouse-session": stands["value"].rpartition("/")[2]})
        await asyncio.to_thread(lambda: eventually(lambda: ada.ask("hello", same).status_code == 200, AT_ONCE))
        turn = await session.tell("[[say:It goes on.]]")
        assert turn.ok()
        assert "It goes on." in turn.text()


def test_the_stream_in_which_the_rule_matched_ends_as_its_provider_ends_it(whole: World) -> None:
    """It hears of the block like every other stream of the session; those end at once."""
    ada, root = whole.laptop("ada"), whole.laptop("root")
    headers = ada.headers()
    mine, others = ({**headers, "x-gatehouse-session": name} for name in ("s-1", "s-2"))
    beside, elsewhere = ada.stream(mine), ada.stream(others)
    words = "one two three four five six seven eight nine ten " * 3
    matched = ada.stream(mine, prompt=f"[[pace:0.2]] {bash('rm -rf data')} [[say:{words}]]")
    eventually(lambda: not beside.goes_on)
    beside.ended_after(0.0)
    assert matched.goes_on
    assert elsewhere.goes_on
    eventually(lambda: not matched.goes_on)
    assert matched.broke is None
    for there in (b'"blocked_by_policy"', b"event: message_stop"):
        assert there in matched.came
    for gone in (b"event: error", b"rm -rf"):
        assert gone not in matched.came
    assert STOPPED in ada.ask("hello", mine).text
    root.run("sessions", "kill", "--lift", block(root)["id"])
    eventually(lambda: ada.ask("hello", mine).status_code == 200, AT_ONCE)

"""The real agent under rules on tool calls: what may not happen does not, and it finds another way."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.simulator.recording import read_recording
from tests.agent.session import Session, Turn
from tests.manned import Manned, manned
from tests.polling import until

POLICY = """
policy: agents
applies: {}
rules:
  - {id: destroys, effect: [destroys_data], do: deny, say: Nothing is destroyed here., instead: Move it to trash.}
  - {id: words, where: [tool_call], match: {tool: Write}, do: deny, deny: {as: text}, say: Nothing is written here.}
  - {id: asks, where: [tool_call], match: {regex: 'deploy'}, do: hold, approvers: [sre], say: People look at it.}
"""
YES = Answer(Outcome.APPROVED, "t1", (Decider("grace", "company", True, None, 1.0),))
NO = Answer(Outcome.DENIED, "t1", (Decider("grace", "company", False, "not on a Friday", 1.0),))
SENTENCE = "Blocked by policy rule destroys: Nothing is destroyed here."
DEPLOY = {"command": "echo deploy"}
Make = Callable[[], Session]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls")


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[Manned]:
    with manned(folder, POLICY) as world:
        yield world


@pytest.fixture
def gate(world: Manned) -> Iterator[Manned]:
    world.people.asked.clear()
    world.people.withdrawn.clear()
    world.record.facts.clear()
    world.people.answers = lambda _: None
    yield world
    report = world.simulator.world.past.report()
    assert report["complaints"] == [], "the provider saw another past than its own"


@pytest.fixture
def session(gate: Manned, tmp_path: Path) -> Make:
    return lambda: Session(gate, tmp_path)  # type: ignore[arg-type]


def tool(name: str = "Bash", **given: object) -> str:
    return f"[[tool:{name} {json.dumps(given)}]]"


def verdicts(gate: Manned) -> list[tuple[str, str]]:
    return [(fact["verdict"], fact["left_as"]) for fact in gate.record.of("tool_call")]


def reached(folder: Path) -> str:
    """The newest conversation that reached the model."""
    return [one.body for one in read_recording(folder / "received.jsonl") if b'"tool_result"' in one.body][-1].decode()


async def test_a_destructive_call_does_not_run_and_it_finds_another_way(
    gate: Manned, session: Make, folder: Path, tmp_path: Path
) -> None:
    precious = tmp_path / "work" / "precious"
    async with session() as agent:
        precious.mkdir()
        (precious / "kept.txt").write_text("still here")
        destroy, move = "rm -rf precious", "mkdir -p trash && mv precious/kept.txt trash/"
        turn = await agent.tell(
            f"[[think]]{tool(command=destroy)}[[then]][[think]]{tool(command=move)}[[then]][[say:It is in the trash.]]"
        )
        assert turn.ok()
        assert "It is in the trash." in turn.text()
        assert precious.exists(), "the command never ran"
        assert (agent.work / "trash" / "kept.txt").read_text() == "still here"
        again = await agent.tell("[[say:And that was all.]]")
        assert "And that was all." in again.text()
    assert verdicts(gate) == [("deny", "renamed"), ("allow", "passes")]
    told = reached(folder)
    assert SENTENCE in told
    assert "Move it to trash." in told
    assert destroy in told, "the model sees its own call in its past"
    assert "blocked_by_policy" not in told


async def test_beside_a_denied_call_the_others_run(gate: Manned, session: Make, tmp_path: Path) -> None:
    async with session() as agent:
        (agent.work / "data").mkdir()
        turn = await agent.tell(
            f"{tool(command='rm -rf data')}{tool(command='echo one > one.txt')}[[then]][[say:Done as far as I may.]]"
        )
        assert turn.ok()
        assert "Done as far as I may." in turn.text()
        assert (agent.work / "data").exists()
        assert (agent.work / "one.txt").read_text() == "one\n"
    assert sorted(verdicts(gate)) == [("allow", "passes"), ("deny", "renamed")]


async def test_in_the_place_of_a_call_stand_words_and_the_provider_sees_its_own_call(
    gate: Manned, session: Make, folder: Path
) -> None:
    async with session() as agent:
        write = tool("Write", file_path=str(agent.work / "it.txt"), content="x")
        turn = await agent.tell(f"[[think]][[say:I write it.]]{write}")
        assert turn.ok()
        assert "Nothing is written here." in turn.text()
        assert not turn.inputs
        for said in ("Then not.", "Bye."):
            assert (await agent.tell(f"[[think]][[say:{said}]]")).text() == said
        assert not (agent.work / "it.txt").exists()
    assert verdicts(gate) == [("deny", "words")]
    messages = json.loads(reached(folder))["messages"]
    mine = [block for one in messages if one["role"] == "assistant" for block in one["content"]]
    assert "tool_use" in [block["type"] for block in mine]
    assert "Nothing is written here." not in json.dumps(mine)
    assert gate.simulator.world.past.report()["answers_replayed"], "there was a past to compare"


async def test_it_waits_for_an_approval_and_goes_on(gate: Manned, session: Make) -> None:
    began = time.monotonic()
    gate.people.answers = lambda _: YES if time.monotonic() > began + 12 else None
    async with session() as agent:
        turn = await agent.tell(f"[[think]]{tool(command='echo deploy > it.txt')}[[then]][[say:Shipped.]]")
        assert turn.ok()
        assert "Shipped." in turn.text()
        assert (agent.work / "it.txt").read_text() == "deploy\n"
    assert time.monotonic() - began > 12
    (asked,) = gate.people.asked
    assert (asked.tool, asked.what.value) == ("Bash", "tool_call")
    assert any("writes" in one.text for one in asked.content)
    assert verdicts(gate) == [("hold", "passes")]


async def test_it_reads_why_people_said_no(gate: Manned, session: Make, folder: Path) -> None:
    gate.people.answers = lambda _: NO
    async with session() as agent:
        turn = await agent.tell(f"{tool(command='echo deploy > it.txt')}[[then]][[say:Then not.]]")
        assert turn.ok()
        assert "Then not." in turn.text()
        assert not (agent.work / "it.txt").exists()
    assert "Denied by grace: not on a Friday" in reached(folder)


async def test_who_gives_up_while_a_call_waits_withdraws(gate: Manned, session: Make) -> None:
    agent = session()
    await agent.__aenter__()
    telling: asyncio.Future[Turn] = asyncio.ensure_future(agent.tell(tool(**DEPLOY)))
    await until(lambda: bool(gate.people.asked))
    telling.cancel()
    await agent.__aexit__()
    await until(lambda: bool(gate.record.of("cut")))
    assert gate.record.of("approval_decided")[0]["decision"] == "withdrawn"
    assert not gate.record.of("tool_call")


@pytest.mark.parametrize("stream", [True, False])
async def test_without_an_agent_in_both_shapes(gate: Manned, stream: bool) -> None:
    """A client of the Messages API that only asks once; the upstream has long ended when people answer."""
    began = time.monotonic()
    gate.people.answers = lambda _: YES if time.monotonic() > began + 2 else None
    prompt = f"{tool(**DEPLOY)}{tool(command='rm -rf data')}{tool(command='ls')}"
    body = {
        "model": "claude-sonnet-4-5",
        "max_tokens": 100,
        "stream": stream,
        "messages": [{"role": "user", "content": prompt}],
        "tools": [{"name": "Bash", "input_schema": {"type": "object"}}],
    }
    headers = {"authorization": f"Bearer {gate.token}", "anthropic-version": "2023-06-01"}
    async with httpx.AsyncClient(timeout=30) as client:
        answer = await client.post(f"{gate.base_url}/v1/messages", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert time.monotonic() - began > 2
    assert answer.text.count("blocked_by_policy") == 1
    assert "rm -rf" not in answer.text
    assert '"stop_reason":"tool_use"' in answer.text.replace(" ", "")
    # The fact of a call that passes is written while its answer leaves.
    await until(lambda: len(verdicts(gate)) == 3)
    assert sorted(verdicts(gate)) == [("allow", "passes"), ("deny", "renamed"), ("hold", "passes")]

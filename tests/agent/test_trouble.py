"""What a person sees in the Claude Agent SDK when the model's side has trouble, and that the session goes on."""

from collections.abc import Callable

import pytest

from tests.agent.session import Session
from tests.gate import Gate

MakeSession = Callable[..., Session]
# The agent alone behaves the same; running all of this twice would take another half minute.
THROUGH_THE_GATE = pytest.mark.parametrize("gate", ["gate"], indirect=True)
LONG = "[[say:" + "some words that take a while to say, " * 6 + "the end.]]"


@THROUGH_THE_GATE
@pytest.mark.parametrize(
    ("prompt", "shown", "tries", "note"),
    [
        ("[[status:403 final]]", "API Error: 403", 1, "forbidden"),
        ("[[status:404 final]]", "issue with the selected model", 2, "an unknown model, asked again without a stream"),
        ("[[status:413 final]]", "Request too large (max 32MB)", 1, "too large"),
        ("[[status:429]]", "Request rejected (429)", 2, "a limit, tried again as told"),
        ("[[status:500 final]]", "API Error: 500 Internal server error", 1, "a fault, not to be tried again"),
        ("[[status:529]]", "API Error: 529 Overloaded", 2, "too busy"),
    ],
)
async def test_errors_reach_the_person(
    prompt: str, shown: str, tries: int, note: str, gate: Gate, session: MakeSession
) -> None:
    reached = gate.mark()
    async with session(retries=1) as agent:
        turn = await agent.tell(f"{prompt} please")
    assert not turn.ok()
    assert shown in turn.text(), note
    assert len(reached()) == tries, note


PASSES = (
    ("[[status:529 1]][[say:the end.]]", "busy once"),
    ("[[status:429 1]][[say:the end.]]", "limited once"),
    (f"[[error:529]]{LONG}", "an error in the middle of a stream: asked again without a stream"),
    (f"[[slow:1]]{LONG}", "a late first byte"),
    (f"[[stall:1]]{LONG}", "a pause in the middle"),
    (f"[[ping:40]]{LONG}", "many pings"),
    (f"[[wire:1]]{LONG}", "a byte at a time"),
    (f"[[br]]{LONG}", "an encoding"),
    ("[[huge:60]][[say:the end.]]", "a huge answer"),
)


@THROUGH_THE_GATE
async def test_what_passes_is_not_noticed(gate: Gate, session: MakeSession) -> None:
    """In one session, because each start of the agent takes two seconds."""
    before = gate.report()["complaints"]
    async with session(retries=2) as agent:
        for prompt, note in PASSES:
            turn = await agent.tell(prompt)
            assert turn.ok(), note
            assert turn.text().endswith("the end."), note
    assert gate.report()["complaints"] == before


@THROUGH_THE_GATE
async def test_a_connection_that_breaks_is_said(gate: Gate, session: MakeSession) -> None:
    async with session(retries=1) as agent:
        turn = await agent.tell(f"[[cut]]{LONG}")
        assert not turn.ok()
        assert "API Error" in turn.text()


async def test_the_probe_needs_no_token(gate: Gate, session: MakeSession) -> None:
    """Without the switch that quiets it, the agent asks `HEAD /api/hello`, and gives no token."""
    async with session(quiet=False) as agent:
        assert (await agent.tell("[[say:hello]]")).text() == "hello"
    probes = [one for one in gate.received() if one.method == "HEAD"]
    assert {(one.path, one.header("authorization")) for one in probes} <= {("/api/hello", None)}
    assert probes or gate.masks, "behind the gate it is answered without the model's side"


@THROUGH_THE_GATE
async def test_a_tool_that_is_not_there_does_not_end_the_session(gate: Gate, session: MakeSession) -> None:
    async with session() as agent:
        turn = await agent.tell('[[tool:NoSuchTool {"a": 1}]]')
        assert "No such tool available: NoSuchTool" in turn.text()
        assert turn.ok()

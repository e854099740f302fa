"""A prompt that a rule forbids: a sentence for the person, nothing for the model."""

from collections.abc import Callable

from tests.agent.session import Session
from tests.gate import Gate

MakeSession = Callable[..., Session]
FORBIDDEN = "What do you know about  project   ZEPHYR? [[say:a lot]]"


async def test_a_forbidden_prompt(gate: Gate, session: MakeSession) -> None:
    reached = gate.mark()
    async with session(retries=1) as agent:
        turn = await agent.tell(FORBIDDEN)
    assert turn.ok() is not gate.masks
    assert ("Zephyr stays here." in turn.text()) is gate.masks
    assert ("a lot" in turn.text()) is not gate.masks
    assert (b"ZEPHYR" in gate.arrived(reached())) is not gate.masks


async def test_the_next_session_works(gate: Gate, session: MakeSession) -> None:
    async with session(retries=1) as agent:
        await agent.tell(FORBIDDEN)
    async with session() as agent:
        assert (await agent.tell("And the weather? [[say:fair]]")).text() == "fair"

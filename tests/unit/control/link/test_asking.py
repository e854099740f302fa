"""Questions that wait: asked again, left, withdrawn, given up."""

import asyncio
from typing import Any

import pytest

from sidecar.control import messages
from sidecar.control.link.asking import Asking
from sidecar.core.approval.answer import Answer, Outcome
from tests.people import asked


class Heard:
    """The other end."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.asking = Asking(self.said.append)
        assert list(self.asking.connected()) == []

    def settle(self, question: str, outcome: Outcome) -> None:
        self.asking.settled(messages.settled_message(question, Answer(outcome, "tk_1")).settled)

    @property
    def kinds(self) -> list[str]:
        return [message.WhichOneof("said") for message in self.said]


async def begun(heard: Heard, number: int = 1, patience: float = 60.0) -> "asyncio.Task[Answer]":
    task = asyncio.create_task(heard.asking.ask(asked(number), patience))
    await asyncio.sleep(0)
    return task


async def test_an_answer_reaches_its_question() -> None:
    heard = Heard()
    one, two = await begun(heard), await begun(heard, 2)
    heard.settle("ask_2", Outcome.DENIED)
    heard.settle("ask_1", Outcome.APPROVED)
    heard.settle("ask_1", Outcome.DENIED)
    heard.settle("ask_9", Outcome.DENIED)
    assert ((await one).outcome, (await two).outcome) == (Outcome.APPROVED, Outcome.DENIED)
    assert len(heard.asking) == 0


async def test_nobody_can_be_asked_without_a_connection() -> None:
    heard = Heard()
    heard.asking.lost()
    answer = await heard.asking.ask(asked(), 60.0)
    assert (answer.outcome, heard.said) == (Outcome.UNAVAILABLE, [])
    assert "cannot be reached" in str(answer.message)


async def test_a_new_connection_is_asked_again_what_waits() -> None:
    heard = Heard()
    task = await begun(heard)
    heard.asking.lost()
    again = list(heard.asking.connected())
    assert [message.asked.id for message in again] == ["ask_1"]
    heard.settle("ask_1", Outcome.APPROVED)
    assert (await task).outcome is Outcome.APPROVED
    assert list(heard.asking.connected()) == []


async def test_given_up_when_it_does_not_come_back() -> None:
    heard = Heard()
    task = await begun(heard)
    heard.asking.lost()
    heard.asking.give_up()
    assert (await task).outcome is Outcome.UNAVAILABLE


async def test_to_be_cancelled_is_to_withdraw() -> None:
    heard = Heard()
    task = await begun(heard)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert heard.kinds == ["asked", "withdraw"]
    assert (heard.said[1].withdraw.id, heard.said[1].withdraw.stay_open) == ("ask_1", False)


async def test_withdrawn_while_away_is_told_later() -> None:
    heard = Heard()
    task = await begun(heard)
    heard.asking.lost()
    task.cancel()
    await asyncio.wait((task,))
    assert heard.kinds == ["asked"]
    assert [message.WhichOneof("said") for message in heard.asking.connected()] == ["withdraw"]
    assert list(heard.asking.connected()) == []


async def test_when_patience_ends_the_other_side_has_the_last_word() -> None:
    for outcome in (Outcome.WAITING, Outcome.APPROVED):
        heard = Heard()
        task = await begun(heard, patience=0.0)
        async with asyncio.timeout(10):
            while len(heard.said) < 2:
                await asyncio.sleep(0)
        assert heard.said[1].withdraw.stay_open
        heard.settle("ask_1", outcome)
        assert (await task).outcome is outcome


async def test_without_a_last_word_it_waits_on() -> None:
    heard = Heard()
    assert (await heard.asking.ask(asked(), 0.0)).outcome is Outcome.WAITING


async def test_a_yes_that_another_question_used_is_asked_for_again() -> None:
    heard = Heard()
    task = await begun(heard)
    heard.asking.settled(messages.again_message("ask_1").settled)
    assert heard.kinds == ["asked", "asked"]
    heard.settle("ask_1", Outcome.APPROVED)
    await task

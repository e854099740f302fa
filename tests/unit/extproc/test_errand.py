"""One errand at a time, and whoever ends the exchange ends it."""

import asyncio

import pytest

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.exchange.commands import Ask
from sidecar.extproc.errand import Errand
from tests.polling import until
from tests.unit.core.exchange.held import APPROVED, asked
from tests.unit.extproc.playbook import People

QUESTION = Ask(asked(id="gx_1.1"), 60.0)


class Told:
    def __init__(self, wrong: Exception | None = None) -> None:
        self.people = People()
        self.answers: list[Answer] = []
        self.broken: list[BaseException] = []
        self._wrong = wrong
        self.errand = Errand(self._settled, self.broken.append)

    def begin(self) -> None:
        self.errand.begin(self.people.ask(QUESTION.asked, QUESTION.patience))

    async def _settled(self, answer: Answer) -> None:
        if self._wrong is not None:
            raise self._wrong
        self.answers.append(answer)


async def test_the_answer_is_told_once() -> None:
    told = Told()
    told.begin()
    await until(lambda: bool(told.people.asks))
    told.people.asks["gx_1.1"].set_result(APPROVED)
    await until(lambda: bool(told.answers))
    assert (told.answers, told.people.withdrawn, told.broken) == ([APPROVED], [], [])
    told.errand.withdraw()
    told.begin()
    await until(lambda: bool(told.people.asks))
    told.errand.withdraw()


async def test_what_is_withdrawn_is_never_answered() -> None:
    told = Told()
    told.begin()
    await until(lambda: bool(told.people.asks))
    told.people.asks["gx_1.1"].set_result(APPROVED)
    told.errand.withdraw()
    await until(lambda: not told.people.asks)
    assert told.answers == []


async def test_two_at_once_are_a_bug() -> None:
    told = Told()
    told.begin()
    with pytest.raises(RuntimeError):
        told.begin()
    told.errand.withdraw()


async def test_what_goes_wrong_is_told() -> None:
    wrong = ZeroDivisionError("a bug")
    told = Told(wrong)
    told.begin()
    await until(lambda: bool(told.people.asks))
    told.people.asks["gx_1.1"].set_result(Answer(Outcome.DENIED))
    await until(lambda: bool(told.broken))
    assert told.broken == [wrong]


async def test_so_is_a_question_that_breaks() -> None:
    told = Told()

    async def breaks(*_: object) -> Answer:
        raise ZeroDivisionError("a bug")

    told.people.ask = breaks  # type: ignore[method-assign]
    told.begin()
    await until(lambda: bool(told.broken))
    assert isinstance(told.broken[0], ZeroDivisionError)
    assert asyncio.all_tasks() == {asyncio.current_task()}

"""What is sent on once, and what becomes of it when something goes wrong."""

import asyncio
from pathlib import Path

from sidecar.core.exchange import events as e
from sidecar.extproc.sending import Sending
from sidecar.extproc.stop import Broken
from tests.polling import until
from tests.unit.extproc.sent_on import OK, door
from tests.unit.extproc.test_onward import sent

WHOLE = OK + b"Content-Length: 3\r\n\r\nabc"


class Told:
    def __init__(self) -> None:
        self.events: list[e.Event] = []
        self.errors: list[BaseException] = []
        self.sending = Sending(lambda: 5.0, self._came, self.errors.append)
        self.drops_after = 99

    async def _came(self, event: e.Event) -> None:
        self.events.append(event)
        if len(self.events) == self.drops_after:
            self.sending.drop()

    @property
    def kinds(self) -> list[str]:
        return [type(one).__name__ for one in self.events]


async def test_the_answer_is_told_to_its_end(tmp_path: Path) -> None:
    told = Told()
    assert not told.sending.begun
    async with door(tmp_path / "s", WHOLE) as made:
        told.sending.begin(made.path, sent())
        assert told.sending.begun
        await until(lambda: told.kinds == ["ResponseStarted", "ResponseChunk", "ResponseChunk"])
    assert told.errors == []


async def test_nothing_was_sent(tmp_path: Path) -> None:
    told = Told()
    told.sending.begin(tmp_path / "nothing", sent())
    await until(lambda: told.kinds == ["ForwardFailed"])
    assert told.errors == []


async def test_an_answer_that_breaks_off(tmp_path: Path) -> None:
    told = Told()
    async with door(tmp_path / "s", OK + b"Content-Length: 9\r\n\r\nabc") as made:
        told.sending.begin(made.path, sent())
        await until(lambda: bool(told.errors))
    assert told.kinds == ["ResponseStarted", "ResponseChunk", "Gone"]
    assert isinstance(told.errors[0], Broken)


async def test_who_is_dropped_hangs_up(tmp_path: Path) -> None:
    Told().sending.drop()
    async with door(tmp_path / "s", OK + b"Content-Length: 9\r\n\r\nabc", stays=True) as made:
        told = Told()
        told.sending.begin(made.path, sent())
        await until(lambda: len(told.events) == 2)
        told.sending.drop()
        async with asyncio.timeout(20):
            await made.left.wait()
    assert told.kinds == ["ResponseStarted", "ResponseChunk"]
    assert told.errors == []


async def test_who_drops_it_while_it_tells_hears_no_more(tmp_path: Path) -> None:
    told = Told()
    told.drops_after = 1
    async with door(tmp_path / "s", WHOLE, stays=True) as made:
        told.sending.begin(made.path, sent())
        async with asyncio.timeout(20):
            await made.left.wait()
    assert told.kinds == ["ResponseStarted"]
    assert told.errors == []


async def test_what_is_being_told_is_told_to_its_end(tmp_path: Path) -> None:
    """It may be on its way into the record."""
    begun, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(_: e.Event) -> None:
        begun.set()
        await go_on.wait()
        done.set()

    sending = Sending(lambda: 5.0, slow, lambda _: None)
    async with door(tmp_path / "s", WHOLE, stays=True) as made, asyncio.timeout(20):
        sending.begin(made.path, sent())
        await begun.wait()
        sending.drop()
        go_on.set()
        await done.wait()
        await made.left.wait()

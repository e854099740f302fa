"""The timer of one exchange."""

import asyncio

from sidecar.extproc.alarm import Alarm


class Bell:
    def __init__(self, error: Exception | None = None) -> None:
        self.rung = 0
        self.broken: list[BaseException] = []
        self.heard = asyncio.Event()
        self._error = error

    async def ring(self) -> None:
        self.rung += 1
        if self._error is not None:
            raise self._error
        self.heard.set()

    def broke(self, error: BaseException) -> None:
        self.broken.append(error)
        self.heard.set()


async def test_it_rings_when_the_time_has_come() -> None:
    bell = Bell()
    Alarm(lambda: 100.0, bell.ring, bell.broke).set(99.0)
    await bell.heard.wait()
    assert bell.rung == 1


async def test_the_last_setting_counts() -> None:
    bell, now = Bell(), 100.0
    alarm = Alarm(lambda: now, bell.ring, bell.broke)
    for at in (99.0, 10_000.0, 98.0):
        alarm.set(at)
    await bell.heard.wait()
    assert bell.rung == 1


async def test_none_silences_it() -> None:
    bell = Bell()
    alarm = Alarm(lambda: 100.0, bell.ring, bell.broke)
    alarm.set(99.0)
    alarm.set(None)
    for _ in range(5):
        await asyncio.sleep(0)
    assert bell.rung == 0


async def test_what_goes_wrong_is_reported() -> None:
    bell = Bell(ZeroDivisionError())
    Alarm(lambda: 100.0, bell.ring, bell.broke).set(0.0)
    await bell.heard.wait()
    assert [type(error) for error in bell.broken] == [ZeroDivisionError]

"""When a token is fetched, by whom it is waited for, and how long it is used."""

import asyncio

import pytest

from sidecar.credentials.oauth.grant import Grant, NoToken
from sidecar.credentials.oauth.tokens import MARGIN, SPARED, Tokens
from sidecar.credentials.secret import Secret
from tests.polling import until

ALL = b""
AWAY = NoToken("away", lasting=False, outcome="unreachable")
REFUSED = NoToken("refused", lasting=True, outcome="refused")


class Stage:
    """An endpoint that answers when the test says so."""

    def __init__(self, most: int = 100) -> None:
        self.now, self.lasts = 1000.0, 100.0
        self.open = asyncio.Event()
        self.open.set()
        self.trouble: Exception | None = None
        self.asked: list[str | None] = []
        self.told: list[NoToken | None] = []
        self.tokens = Tokens(self._ask, lambda: self.now, lambda: 0.5, self.told.append, most)

    async def _ask(self, subject: Secret | None) -> Grant:
        self.asked.append(subject.reveal() if subject else None)
        number = len(self.asked)
        await self.open.wait()
        if self.trouble is not None:
            raise self.trouble
        return Grant(Secret(f"t{number}"), self.lasts)

    async def get(self, key: bytes = ALL, subject: str | None = None) -> str:
        given = Secret(subject) if subject else None
        found = self.tokens.at_hand(key, given) or await self.tokens.fetch(key, given)
        return found.reveal()

    def held(self, key: bytes = ALL) -> str | None:
        found = self.tokens.at_hand(key, None)
        return found.reveal() if found else None


async def test_a_token_is_used_while_it_lasts_and_renewed_behind_the_callers_back() -> None:
    stage = Stage()
    assert stage.held() is None
    assert await stage.get() == "t1"
    stage.now += 70
    assert stage.held() == "t1"
    assert len(stage.asked) == 1
    stage.now += 10
    stage.open.clear()
    assert [stage.held(), stage.held()] == ["t1", "t1"], "nobody waits for the renewal"
    await until(lambda: len(stage.asked) == 2)
    stage.open.set()
    await until(lambda: stage.held() == "t2")
    assert stage.told == [None, None]


async def test_near_its_end_it_is_no_longer_used() -> None:
    stage = Stage()
    await stage.get()
    stage.now += stage.lasts - MARGIN
    assert stage.held() is None
    assert await stage.get() == "t2"


async def test_everybody_waits_for_the_same_fetch_and_may_go_away() -> None:
    stage = Stage()
    stage.open.clear()
    waiting = [asyncio.create_task(stage.get()) for _ in range(5)]
    await until(lambda: len(stage.asked) == 1)
    waiting[0].cancel()
    stage.open.set()
    assert await asyncio.gather(*waiting[1:]) == ["t1"] * 4
    assert len(stage.asked) == 1


async def test_while_the_endpoint_is_away_callers_hear_at_once_and_later_it_works_again() -> None:
    stage = Stage()
    stage.trouble = AWAY
    with pytest.raises(NoToken):
        await stage.get()
    for key in (ALL, b"another"):
        with pytest.raises(NoToken, match="away"):
            stage.tokens.at_hand(key, None)
    assert len(stage.asked) == 1
    stage.now += 1
    stage.trouble = None
    assert await stage.get() == "t2"
    assert stage.told == [AWAY, None]


async def test_what_is_wrong_with_one_caller_holds_up_nobody_else() -> None:
    stage = Stage()
    stage.trouble = REFUSED
    with pytest.raises(NoToken):
        await stage.get(b"eve", "e.e.e")
    stage.trouble = None
    with pytest.raises(NoToken):
        stage.tokens.at_hand(b"eve", Secret("e.e.e"))
    assert await stage.get(b"ada", "a.a.a") == "t2"
    assert stage.asked == ["e.e.e", "a.a.a"]


async def test_a_renewal_that_fails_leaves_the_token_to_its_end() -> None:
    stage = Stage()
    await stage.get()
    stage.trouble = AWAY
    stage.now += 80
    assert stage.held() == "t1"
    await until(lambda: stage.told == [None, AWAY])
    assert stage.held() == "t1"
    assert len(stage.asked) == 2, "and nobody asks again at once"
    stage.now += 15
    with pytest.raises(NoToken):
        await stage.get()


async def test_a_refused_token_is_dropped_once() -> None:
    stage = Stage()
    await stage.get()
    stage.tokens.rejected(ALL, Secret("another"))
    stage.tokens.rejected(b"nobody", Secret("t1"))
    assert stage.held() == "t1"
    stage.tokens.rejected(ALL, Secret("t1"))
    assert await stage.get() == "t2"
    stage.tokens.rejected(ALL, Secret("t2"))
    assert stage.held() == "t2", "an upstream that refuses everything does not make us ask for ever"
    stage.now += SPARED
    stage.tokens.rejected(ALL, Secret("t2"))
    assert stage.held() is None


async def test_as_many_as_fit() -> None:
    stage = Stage(most=2)
    for name in (b"a", b"b", b"a", b"c"):
        await stage.get(name)
    assert len(stage.asked) == 3
    assert [stage.held(name) for name in (b"a", b"c")] == ["t1", "t3"]
    assert stage.tokens.ages() == (2, 0.0)
    assert stage.held(b"b") is None


async def test_their_ages() -> None:
    stage = Stage()
    assert stage.tokens.ages() == (0, 0.0)
    await stage.get(b"a")
    stage.now += 30
    await stage.get(b"b")
    assert stage.tokens.ages() == (2, 30.0)


async def test_nothing_goes_on_after_the_end() -> None:
    stage = Stage()
    stage.open.clear()
    waiting = asyncio.create_task(stage.get())
    await until(lambda: len(stage.asked) == 1)
    stage.tokens.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_bug_reaches_whoever_waits() -> None:
    stage = Stage()
    stage.trouble = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        await stage.get()
    stage.trouble = None
    assert await stage.get() == "t2"

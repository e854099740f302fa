"""One message over HTTP, to a real server that misbehaves in every way."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.post import LONGEST_REPLY, LONGEST_WAIT, post
from tests.receivers import Receiver, answer, receiver


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    # What a client's own setting says of redirects does not count.
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as made:
        yield made


@pytest.fixture
async def other() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


async def posted(http: httpx.AsyncClient, other: Receiver, within: float = 10.0) -> Outcome:
    return await post(http, other.url, b'{"a":1}', {"content-type": "application/json", "x-mine": "1"}, 0.0, within)


async def test_it_arrives_as_it_is(http: httpx.AsyncClient, other: Receiver) -> None:
    assert await posted(http, other) == Outcome(True, "200 OK: ok")
    (request,) = other.requests
    assert (request.method, request.path, request.body) == ("POST", "/hook/s3cr3t-path", b'{"a":1}')
    assert (request.headers["content-type"], request.headers["x-mine"]) == ("application/json", "1")


TOO_MANY, DATE = "429 Too Many Requests", "Thu, 01 Jan 1970 00:02:00 GMT"
SAID = (
    ("taken", answer(202), Outcome(True, "202 Accepted")),
    ("nothing to say", answer(204), Outcome(True, "204 No Content")),
    ("it does not please", answer(400, "no_text"), Outcome(False, "400 Bad Request: no_text", True)),
    ("the address is gone", answer(410), Outcome(False, "410 Gone", True)),
    ("not yet allowed", answer(403, "no"), Outcome(False, "403 Forbidden: no")),
    ("mended later", answer(404), Outcome(False, "404 Not Found")),
    ("a bad day", answer(503), Outcome(False, "503 Service Unavailable")),
    ("too many", answer(429, Retry_After="30"), Outcome(False, TOO_MANY, wait=30.0)),
    ("too many, by date", answer(429, Retry_After=DATE), Outcome(False, TOO_MANY, wait=120.0)),
    ("for ever", answer(503, Retry_After="99999999"), Outcome(False, "503 Service Unavailable", wait=LONGEST_WAIT)),
    ("some day", answer(503, Retry_After="soon"), Outcome(False, "503 Service Unavailable")),
    ("a number of its own", answer(599, "?"), Outcome(False, "599: ?")),
    ("not HTTP", b"220 mail.test ESMTP\r\n", Outcome(False, "It did not answer in HTTP.")),
    ("nothing", b"", Outcome(False, "It did not answer in HTTP.")),
)  # fmt: skip


@pytest.mark.parametrize(("note", "said", "outcome"), SAID, ids=[one[0] for one in SAID])
async def test_what_comes_back(
    http: httpx.AsyncClient, other: Receiver, note: str, said: bytes, outcome: Outcome
) -> None:
    other.answers.append(said)
    assert await posted(http, other) == outcome


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(http: httpx.AsyncClient, other: Receiver, status: int) -> None:
    other.answers.append(answer(status, Location=f"http://127.0.0.1:{other.port}/elsewhere"))
    outcome = await posted(http, other)
    assert (outcome.delivered, outcome.said) == (False, f"{status}: it redirects, and redirects are not followed")
    assert len(other.requests) == 1


async def test_whoever_hangs_is_left(http: httpx.AsyncClient, other: Receiver) -> None:
    other.hangs = True
    assert await posted(http, other, within=0.2) == Outcome(False, "It did not answer in time.")


async def test_an_answer_without_an_end_is_not_read_to_its_end(http: httpx.AsyncClient, other: Receiver) -> None:
    other.answers.append(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n" + b"x" * 5_000)
    outcome = await posted(http, other)
    assert outcome.delivered
    assert outcome.said == f"200 OK: {'x' * LONGEST_REPLY}…"


async def test_what_it_says_is_shown_and_its_address_is_not(http: httpx.AsyncClient, other: Receiver) -> None:
    other.answers.append(answer(404, f"no {other.url} or /hook/s3cr3t-path\x1b[2J\nhere"))
    assert (await posted(http, other)).said == "404 Not Found: no … or …\\x1b[2J\\nhere"


async def test_nobody_there(http: httpx.AsyncClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = await post(http, f"http://127.0.0.1:{taken.getsockname()[1]}/", b"", {}, 0.0)
    assert outcome == Outcome(False, "It could not be reached.")


@pytest.mark.parametrize("url", ["", "no address", "ftp://x/s3cr3t", "http://", "http://[::1/s3cr3t", "https://x\ny/"])
async def test_an_address_that_is_none(http: httpx.AsyncClient, url: str) -> None:
    outcome = await post(http, url, b"", {}, 0.0)
    assert not outcome.delivered
    assert "s3cr3t" not in outcome.said


async def test_cancelled_at_once(http: httpx.AsyncClient, other: Receiver) -> None:
    other.hangs = True
    trying = asyncio.create_task(posted(http, other))
    await other.came.wait()
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying

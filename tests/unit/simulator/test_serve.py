import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.simulator.serve import Options, Running, start

HEADERS = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
LONG = "[[say:" + "many words " * 20 + "]]"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with start() as running:
        yield running


def ask(running: Running, prompt: str, stream: bool = True, within: float = 30) -> httpx.Response:
    body = {
        "model": "claude-test",
        "max_tokens": 9,
        "stream": stream,
        "messages": [{"role": "user", "content": prompt}],
    }
    return httpx.post(f"{running.url}/v1/messages", json=body, headers=HEADERS, timeout=within)


def test_it_answers(running: Running) -> None:
    answer = ask(running, "hello", stream=False)
    assert answer.json()["content"][0]["text"] == "This is what reached me:\n> hello"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "server" not in answer.headers


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_encoded_answers_can_be_read(running: Running, encoding: str, stream: bool) -> None:
    answer = ask(running, f"[[{encoding}]] hello", stream)
    assert answer.headers["content-encoding"] == encoding
    assert ("event: message_stop" if stream else "This is what reached me") in answer.text


@pytest.mark.parametrize(
    ("word", "stream", "error", "note"),
    [
        ("[[cut]]", True, httpx.ReadError, "a stream is reset"),
        ("[[cut:close]]", True, httpx.RemoteProtocolError, "a stream ends early"),
        ("[[cut]]", False, httpx.ReadError, "an answer is reset"),
        ("[[cut:close]]", False, httpx.RemoteProtocolError, "an answer is shorter than it said"),
    ],
)
def test_cuts(running: Running, word: str, stream: bool, error: type[Exception], note: str) -> None:
    with pytest.raises(error):
        ask(running, word + LONG, stream)
    assert ask(running, "and now?").status_code == 200, note


def test_a_cut_comes_after_the_first_half(running: Running) -> None:
    body = {
        "model": "claude-test",
        "max_tokens": 9,
        "stream": True,
        "messages": [{"role": "user", "content": f"[[cut]]{LONG}"}],
    }
    seen: list[bytes] = []

    def read() -> None:
        with httpx.stream("POST", f"{running.url}/v1/messages", json=body, headers=HEADERS) as answer:
            seen.extend(answer.iter_raw())

    with pytest.raises(httpx.ReadError):
        read()
    assert b"content_block_delta" in b"".join(seen)
    assert b"message_stop" not in b"".join(seen)


def test_an_error_in_the_middle(running: Running) -> None:
    text = ask(running, f"[[error:529]]{LONG}").text
    assert text.rstrip().splitlines()[-2] == "event: error"
    assert "overloaded_error" in text
    assert "message_stop" not in text


def test_nobody_waits_for_those_who_came_before() -> None:
    """Five that take a minute are there, and still are when the sixth has its answer."""
    with start() as running, ExitStack() as ended:
        slow = [ended.enter_context(asking(running, f"[[stall:60]]{LONG}")) for _ in range(5)]
        while running.world.past.exchanges < 5:
            threading.Event().wait(0.01)
        assert ask(running, "hi").status_code == 200
        assert all(thread.is_alive() for thread, _ in slow)
        running.stop()


@contextmanager
def asking(running: Running, prompt: str) -> Iterator[tuple[threading.Thread, list[httpx.HTTPError]]]:
    """A call in a thread, and how it broke off."""
    failed: list[httpx.HTTPError] = []

    def call() -> None:
        try:
            ask(running, prompt, within=90)
        except httpx.HTTPError as error:
            failed.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    yield thread, failed
    thread.join(30)
    assert not thread.is_alive()


def test_a_port_in_use_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port}.*in use.*--port") as caught:
            start(Options(port=port))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("port", [-1, 70_000])
def test_a_port_that_cannot_be_is_one_sentence(port: int) -> None:
    with pytest.raises(ConfigurationError, match="cannot listen"):
        start(Options(port=port))


def test_stopping_breaks_off_what_stalls() -> None:
    running = start()
    with asking(running, f"[[stall:60]]{LONG}") as (_, failed):
        while not running.world.past.exchanges:
            threading.Event().wait(0.01)
        running.stop()
    assert failed
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url)

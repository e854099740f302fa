"""Calls of an agent that go on in a thread while a test does something else."""

import threading
import time
from collections.abc import Callable

import httpx

MODEL = {"model": "claude-sonnet-4-5", "max_tokens": 50}
LONG = "[[pace:0.2]] [[say:" + "one two three four five six seven eight nine ten " * 60 + "]]"


class Asking:
    """A call that waits, in a thread."""

    def __init__(self, ask: Callable[[], httpx.Response]) -> None:
        self._answers: list[httpx.Response] = []
        self._thread = threading.Thread(target=lambda: self._answers.append(ask()), daemon=True)
        self._thread.start()

    def answer(self, within: float = 30) -> httpx.Response:
        self._thread.join(within)
        assert self._answers, "it still waits"
        return self._answers[0]

    @property
    def waits(self) -> bool:
        return self._thread.is_alive()


class Stream:
    """An answer that goes on: for minutes, if nothing else is asked for."""

    def __init__(self, url: str, headers: dict[str, str], prompt: str) -> None:
        self.came = b""
        self.ended = 0.0
        self.broke: Exception | None = None
        self._thread = threading.Thread(target=self._read, args=(url, headers, prompt), daemon=True)
        self._thread.start()
        eventually(lambda: b"content_block_delta" in self.came or not self._thread.is_alive())
        assert self._thread.is_alive(), self.came

    def _read(self, url: str, headers: dict[str, str], prompt: str) -> None:
        body = {**MODEL, "messages": [{"role": "user", "content": prompt}], "stream": True}
        try:
            with (
                httpx.Client(timeout=60, trust_env=False) as client,
                client.stream("POST", url, json=body, headers=headers) as answer,
            ):
                for chunk in answer.iter_bytes():
                    self.came += chunk
        except httpx.HTTPError as error:
            self.broke = error
        self.ended = time.monotonic()

    @property
    def goes_on(self) -> bool:
        return self._thread.is_alive()

    def ended_after(self, moment: float) -> float:
        """How long after it the last byte came. It must have ended as the protocol says, with a word why."""
        self._thread.join(30)
        assert not self._thread.is_alive(), "it goes on"
        assert self.broke is None
        assert b"event: error" in self.came
        assert b"message_stop" not in self.came
        return self.ended - moment


def eventually(holds: Callable[[], object], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)

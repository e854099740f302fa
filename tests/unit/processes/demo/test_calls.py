"""Calls by hand against the simulator: bytes, times, and connections that break."""

from collections.abc import Iterator

import pytest

from sidecar.processes.demo.calls import Answer, Came, deltas, post, prompt
from sidecar.simulator.serve import Running, start

KEY = ("x-api-key", "k")
ROW = "one two three four five six seven eight"


@pytest.fixture
def model() -> Iterator[Running]:
    with start() as running:
        yield running


async def test_a_stream_comes_piece_by_piece(model: Running) -> None:
    answer = await post(model.url, KEY, prompt(f"[[chunk:4]][[pace:0.01]][[say:{ROW}]]", stream=True))
    found = deltas(answer)
    assert "".join(delta.text for delta in found) == ROW
    assert [len(delta.text) for delta in found][:3] == [4, 4, 4]
    times = [delta.at for delta in found]
    assert times == sorted(times)
    assert times[-1] - times[0] > 0.05, "not all at once"
    assert (answer.status, answer.broken, answer.sentence()) == (200, None, "")


@pytest.mark.parametrize(
    ("credential", "text", "status", "sentence", "note"),
    [
        (None, "hello", 401, "x-api-key header is required", "no key"),
        (KEY, "[[status:529]]", 529, "Overloaded", "an error of the API"),
        (KEY, "[[say:hi]]", 200, "", "an answer is no error"),
    ],
)
async def test_sentences(
    model: Running, credential: tuple[str, str] | None, text: str, status: int, sentence: str, note: str
) -> None:
    answer = await post(model.url, credential, prompt(text))
    assert (answer.status, answer.sentence()) == (status, sentence), note


async def test_a_connection_that_breaks_is_an_outcome(model: Running) -> None:
    answer = await post(model.url, KEY, prompt(f"[[cut]][[say:{ROW}]]", stream=True))
    assert answer.status == 200
    assert answer.broken
    assert b"message_start" in answer.body


async def test_nobody_there() -> None:
    with start() as gone:
        url = gone.url
    answer = await post(url, KEY, prompt("hello"))
    assert (answer.status, answer.body) == (0, b"")
    assert answer.broken


def test_a_delta_has_come_when_its_frame_has() -> None:
    frame = b'data: {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "abc"}}\n\n'
    thought = b'data: {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "x"}}\n\n'
    pieces = (Came(1.0, thought + frame[:20]), Came(2.0, frame[20:] + frame), Came(3.0, frame[:50]))
    assert [(one.at, one.text) for one in deltas(Answer(200, (), pieces))] == [(2.0, "abc"), (2.0, "abc")]

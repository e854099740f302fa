"""An answer of our own, read by the official client and by our own reader."""

import anthropic
import httpx2
import pytest

from sidecar.core.wire.claude.answer import read_answer
from sidecar.core.wire.claude.compose import answer
from sidecar.core.wire.claude.stream import Malformed, MessageStopped, StreamReader
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.sse import SseReader

TEXT = "This was not sent.\nAsk “someone” \u2028 else. \U0001f600"


@pytest.fixture
def client():
    def upstream(request: httpx2.Request) -> httpx2.Response:
        stream = b'"stream":true' in request.content
        headers, body = answer(TEXT, model="claude-x", id="msg_1", stream=stream)
        return httpx2.Response(200, headers=headers, content=body)

    return anthropic.Anthropic(api_key="k", http_client=httpx2.Client(transport=httpx2.MockTransport(upstream)))


CALL = {"model": "claude-x", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}


def as_expected(message: anthropic.types.Message) -> bool:
    assert (message.id, message.model, message.role) == ("msg_1", "claude-x", "assistant")
    assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", 0)
    return [block.text for block in message.content] == [TEXT]


def test_the_official_client_reads_the_document(client):
    assert as_expected(client.messages.create(**CALL))


def test_the_official_client_reads_the_stream(client):
    with client.messages.stream(**CALL) as stream:
        assert "".join(stream.text_stream) == TEXT
        assert as_expected(stream.get_final_message())


def test_our_reader_reads_the_document():
    _, body = answer(TEXT, model="claude-x", id="msg_1", stream=False)
    read = read_answer(parse(body))
    assert [text.value for piece in read.pieces if piece.path == "content[0]" for text in piece.texts] == [TEXT]


def test_our_reader_reads_the_stream():
    _, body = answer(TEXT, model="claude-x", id="msg_1", stream=True)
    reader = StreamReader()
    happenings = [reader.read(event) for event in SseReader().feed(body)]
    assert isinstance(happenings[-1], MessageStopped)
    assert not any(isinstance(happening, Malformed) for happening in happenings)

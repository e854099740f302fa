"""The head of an answer."""

from sidecar.core.exchange.answer_head import OF_THE_BYTES, sends_on
from sidecar.core.model.http import ResponseHead
from tests.unit.core.exchange.building import KEY, ask, gate, request


def test_what_described_other_bytes_goes_and_the_exchange_is_named() -> None:
    call = ask(gate(), request("hi")).answered({"type": "message", "content": [{"type": "text", "text": KEY}]})
    assert call.start.remove == OF_THE_BYTES
    assert dict(call.start.set)["x-gatehouse-exchange"] == "gx_1"
    assert dict(call.start.set)["content-length"] == str(len(call.received))


def test_what_sends_a_client_on() -> None:
    assert [status for status in (200, 204, 301, 304, 307, 308, 400, 502) if sends_on(ResponseHead(status))] == [
        301,
        307,
        308,
    ]

"""The answer to a call that waited for people is judged like any other."""

from tests.unit.core.exchange.building import KEY, SSE, message, request, text_block
from tests.unit.core.exchange.held import APPROVED, PROMPT, held, holding, settled


def test_its_stream_is_masked() -> None:
    call, _ = held(holding(), request(PROMPT, stream=True))
    settled(call, APPROVED).answered([message(text_block(0, f"here: {KEY} "))], SSE)
    assert KEY.encode() not in call.received
    assert b"[KEY_" in call.received
    assert call.facts["answered"]["complete"]

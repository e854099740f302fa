"""Events in any order, bytes cut anywhere: the verdict always comes first."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import (
    Ask,
    Fail,
    Forward,
    Respond,
    SendAnswer,
    StartAnswer,
    WakeAt,
)
from sidecar.core.exchange.exchange import Exchange, State
from sidecar.core.model.http import RequestHead
from tests.unit.core.exchange.building import (
    CALLER,
    JSON,
    KEY,
    ask,
    encoded,
    gate,
    request,
)
from tests.unit.core.exchange.happening import (
    ANSWERS,
    ASKS,
    DENIES,
    FORBIDDEN,
    GONE,
    HALF_STREAM,
    HARMLESS,
    HELD,
    LAST,
    NO,
    NO_BODY,
    NO_CREDENTIAL,
    NOT_ON_DISK,
    NOT_YET,
    ON_DISK,
    STOPPED,
    STREAMS,
    TOOL_BEGINS,
    WHOLE_STREAM,
    YES,
)

EVENTS = st.sampled_from(
    [
        ASKS,
        e.RequestStarted(RequestHead("GET", "/v1/models"), CALLER, 1.0, end=True),
        e.RequestStarted(RequestHead("POST", "/v1/messages", JSON), None, 1.0),
        HARMLESS,
        FORBIDDEN,
        HELD,
        HELD,
        YES,
        YES,
        NO,
        NOT_YET,
        STOPPED,
        e.RequestChunk(b'{"mess', 1.5),
        ON_DISK,
        ON_DISK,
        NOT_ON_DISK,
        NO_CREDENTIAL,
        STREAMS,
        ANSWERS,
        NO_BODY,
        WHOLE_STREAM,
        HALF_STREAM,
        TOOL_BEGINS,
        LAST,
        e.Tick(30.0),
        GONE,
    ]
)
SHARED = gate(DENIES)


@given(st.lists(EVENTS, max_size=12))
@settings(max_examples=400, deadline=None)
def test_in_any_order_nothing_passes_before_the_verdict(events: list[e.Event]) -> None:
    exchange = Exchange(SHARED, "gx_1")
    recorded = over = held = approved = False
    forwarded = 0
    for event in events:
        before = exchange.state
        commands = exchange.receive(event)
        if before in (State.OVER, State.DEAD):
            assert commands == ()
        if isinstance(event, e.Recorded) and before in (State.RECORDING, State.REFUSING, State.ASKING, State.SETTLING):
            recorded = event.failed is None
        approved |= event is YES and before is State.HOLDING
        for command in commands:
            assert not over or isinstance(command, WakeAt), "something after the end"
            held |= isinstance(command, Ask)
            if isinstance(command, Forward):
                forwarded += 1
                assert approved or not held
                assert b"deploy" not in (command.body or b"") or approved
                assert recorded
                assert isinstance(event, e.Recorded)
                assert KEY.encode() not in (command.body or b"")
            if isinstance(command, StartAnswer | SendAnswer):
                assert forwarded == 1
            if isinstance(command, Respond):
                assert recorded or command.status == 503
            over |= isinstance(command, Respond | Fail) or (isinstance(command, SendAnswer) and command.end)
        if any(isinstance(command, Fail) for command in commands):
            assert exchange.state is State.DEAD
    assert forwarded <= 1


@given(st.lists(st.integers(0, 400), max_size=8), st.sampled_from([f"use {KEY} here", "hello \u00e9 \U0001f600"]))
@settings(max_examples=60, deadline=None)
def test_any_cut_of_the_request_gives_the_same_forward(places: list[int], prompt: str) -> None:
    body = encoded(request(prompt))
    places = sorted(min(place, len(body)) for place in places)
    pieces = [body[start:stop] for start, stop in zip([0, *places], [*places, len(body)], strict=True)]
    whole, cut = ask(gate(), body), ask(gate(), pieces=pieces)
    assert cut.forward == whole.forward
    assert cut.forward.body == whole.forward.body
    assert cut.fact == whole.fact

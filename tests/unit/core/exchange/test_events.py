"""What can happen to an exchange: values, whose `repr` may end in a log."""

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import events as e
from sidecar.core.exchange.exchange import STEPS
from sidecar.core.model.block import Block, Target
from sidecar.core.model.http import RequestHead, ResponseHead
from tests.unit.core.exchange.building import CALLER, KEY

ALL: tuple[e.Event, ...] = (
    e.RequestStarted(RequestHead("POST", "/", (("authorization", f"Bearer {KEY}"),)), CALLER, 1.0),
    e.RequestChunk(KEY.encode(), 1.0),
    e.Recorded(1.0),
    e.ForwardFailed(Refused(503, Code.API, "no"), 1.0),
    e.Settled(Answer(Outcome.APPROVED), 1.0),
    e.Stopped(Block("b1", Target.ALL, "", "why", 1.0), 1.0),
    e.ResponseStarted(ResponseHead(200), 1.0),
    e.ResponseChunk(KEY.encode(), 1.0),
    e.Tick(1.0),
    e.Gone(1.0),
)


@pytest.mark.parametrize("event", ALL, ids=[type(one).__name__ for one in ALL])
def test_frozen_timed_and_silent(event: e.Event) -> None:
    assert event.at == 1.0
    assert KEY not in repr(event)
    with pytest.raises(FrozenInstanceError):
        event.at = 2.0


def test_every_event_is_expected_somewhere() -> None:
    assert {type(one) for one in ALL} == set(get_args(e.Event)) == {event for _, event in STEPS}

"""What waits for people keeps its body and nothing else of what was decided."""

import sys

from sidecar.core.exchange.course import Course
from sidecar.core.exchange.outcome import Go
from sidecar.core.exchange.steps_of_people import hold
from tests.unit.core.exchange.building import encoded, request
from tests.unit.core.exchange.held import APPROVED, PROMPT, held, holding, settled


def course_of(body: bytes) -> Course:
    call, _ = held(holding(), body)
    return call.exchange._course


def test_the_body_is_kept_once_and_packed() -> None:
    body = encoded(request(PROMPT, system="the same words again and again. " * 2000))
    course = course_of(body)
    assert course.decision is not None
    assert course.decision.written is None
    assert course.outcome(Go).body is None
    assert course.holding is not None
    packed = course.holding._packed
    assert packed is not None
    assert sys.getsizeof(packed) < len(body) / 20
    assert course.holding.body() == body


def test_a_held_call_without_a_body() -> None:
    rules = "\n  - {id: lists, if: 'request.method == \"GET\"', do: hold}\n"
    from tests.unit.core.exchange.building import Call

    call = Call(holding(rules)).ask(path="/v1/models", method="GET").recorded().recorded()
    assert settled(call, APPROVED).forward.body is None


def test_nothing_is_kept_once_it_left() -> None:
    call, _ = held(holding(), request(PROMPT))
    settled(call, APPROVED)
    assert call.exchange._course.holding is None
    assert hold.__doc__ is None

"""The request: it comes in, is decided, and what was decided is recorded before anything follows from it."""

from dataclasses import replace

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange import steps_of_people as people
from sidecar.core.exchange.commands import Record, Respond
from sidecar.core.exchange.course import PASSED, Commands, Course, State
from sidecar.core.exchange.decide import decide
from sidecar.core.exchange.events import ForwardFailed, Recorded, RequestChunk, RequestStarted
from sidecar.core.exchange.outcome import Arrived, Decision, Go, Reply
from sidecar.core.model.http import first


def begin(course: Course, event: RequestStarted) -> Commands:
    course.started = event
    course.state = State.READING
    declared = first(event.head.headers, "content-length") or ""
    # More digits than any length has are a length too, and `int` would refuse thousands of them.
    if declared.isdecimal() and (len(declared) > 20 or int(declared) > course.gate.body_limit):
        return refuse(course, _too_large(course), event.at)
    return _decide(course, event.at, None) if event.end else ()


def read(course: Course, event: RequestChunk) -> Commands:
    if len(course.body) + len(event.data) > course.gate.body_limit:
        return refuse(course, _too_large(course), event.at)
    course.body += event.data
    if not event.end:
        return ()
    body, course.body = bytes(course.body), bytearray()
    return _decide(course, event.at, body)


def refuse(course: Course, refused: Refused, at: float) -> Commands:
    """Before the whole request is there."""
    course.body.clear()
    return _concluded(course, decide(course.gate, _arrived(course, at, None), refused))


def recorded_go(course: Course, event: Recorded) -> Commands:
    go = course.outcome(Go)
    if event.failed is not None:
        return _without_record(course, go, event)
    _remember(course)
    if go.held is not None:
        return people.hold(course, go, go.held)
    course.times = replace(course.times, forwarded=event.at)
    return course.forward(go, go.body)


def _without_record(course: Course, go: Go, event: Recorded) -> Commands:
    """That it passes is recorded before it does; what cannot even be told of so is refused like any other."""
    policies = course.decision.unrecorded if course.decision else ()
    if not event.full or not policies or course.off_record:
        return course.unrecorded()
    course.off_record = True
    return (Record(PASSED, {"connection": go.route.connection.name, "policies": list(policies)}),)


def recorded_end(course: Course, event: Recorded) -> Commands:
    if course.decision is None:
        raise RuntimeError("recorded before decided")
    if event.failed is not None:
        return course.unrecorded()
    _remember(course)
    if isinstance(course.decision.outcome, Refused):
        return course.refuse(course.decision.outcome)
    reply = course.outcome(Reply)
    course.state = State.OVER
    return (Respond(200, reply.headers, reply.body),)


def forward_failed(course: Course, event: ForwardFailed) -> Commands:
    fact = {"exchange": course.identifier, "at": event.at, "why": event.refused.message}
    return (*course.note("not_forwarded", fact), *course.refuse(event.refused))


def _decide(course: Course, at: float, body: bytes | None) -> Commands:
    return _concluded(course, decide(course.gate, _arrived(course, at, body)))


def _concluded(course: Course, decision: Decision) -> Commands:
    course.decision, course.shape = decision, decision.shape
    course.state = State.RECORDING if isinstance(decision.outcome, Go) else State.REFUSING
    written = decision.written
    if written is None:
        return (Record("decided", decision.fact), *decision.calls)
    parts, original = written.transcript.parts, written.original
    return (Record("decided", decision.fact, parts=parts, original=original), *decision.calls)


def _arrived(course: Course, at: float, body: bytes | None) -> Arrived:
    if course.started is None:
        raise RuntimeError("a request is decided before it started")
    course.times = replace(course.times, began=course.started.at, whole=at)
    started = course.started
    return Arrived(course.identifier, started.head, started.caller, body, at, started.upgrade)


def _too_large(course: Course) -> Refused:
    limit = course.gate.body_limit >> 20
    return Refused(413, Code.TOO_LARGE, f"The request is larger than the {limit} MiB this gate accepts.")


def _remember(course: Course) -> None:
    """What is written down by now need not be written down again."""
    if course.decision is not None and course.decision.written is not None and not course.off_record:
        course.decision.written.recorded()

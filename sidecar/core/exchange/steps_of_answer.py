"""The answer: it begins, goes on, waits, and ends."""

from dataclasses import replace

from sidecar.core.exchange import steps_of_calls as calls
from sidecar.core.exchange import steps_of_tunnel as tunnel
from sidecar.core.exchange.answering import answering
from sidecar.core.exchange.commands import SendAnswer, WakeAt
from sidecar.core.exchange.course import Commands, Course, State
from sidecar.core.exchange.events import ResponseChunk, ResponseStarted, Tick
from sidecar.core.exchange.outcome import Go


def started(course: Course, event: ResponseStarted) -> Commands:
    handshake = tunnel.asked(course)
    if handshake is not None:
        return tunnel.started(course, event, handshake)
    if event.head.status == tunnel.SWITCHING:
        return tunnel.unasked(course, event)
    go = course.outcome(Go)
    course.times = replace(course.times, answered=event.at)
    gathers = course.waits is not None and not course.waits.streams
    course.answering = answering(go.answer, event.head, event.at, course.times.forwarded, gathers=gathers)
    if event.end:
        return course.finish((course.answering.start(),), event.at)
    course.state = State.STREAMING if course.answering.streams else State.COLLECTING
    return (course.answering.start(),) if course.answering.streams else ()


def chunk(course: Course, event: ResponseChunk) -> Commands:
    answer = course.current()
    out = answer.feed(event.data, event.at)
    last = answer.end(event.at, out) if event.end else ()
    told = (*course.tell(answer.told(event.at)), *course.quarantine(event.at))
    if event.end and not answer.waits:
        return (*told, *calls.withdrawn(course, event.at), *course.finish(last, event.at))
    sent = last if event.end else ((SendAnswer(out),) if out else ())
    sent = (*told, *sent, *calls.go_on(course, event.at))
    return (*sent, WakeAt(answer.wake_at)) if answer.streams else sent


def tick(course: Course, event: Tick) -> Commands:
    answer = course.current()
    out = answer.tick(event.at)
    return (*((SendAnswer(out),) if out else ()), WakeAt(answer.wake_at))

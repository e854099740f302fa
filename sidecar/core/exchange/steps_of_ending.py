"""Somebody went away, or people stopped the caller: in every state, what becomes of the exchange."""

from collections.abc import Sequence

from sidecar.core.exchange import steps_of_calls as calls
from sidecar.core.exchange import steps_of_request as request
from sidecar.core.exchange.commands import Command, Record, SendAnswer, WakeAt
from sidecar.core.exchange.course import Commands, Course, State
from sidecar.core.exchange.events import Event, Gone, Stopped
from sidecar.core.exchange.outcome import Decision
from sidecar.core.exchange.stopping import stopped, stopped_fact


def gone(course: Course, event: Gone) -> Commands:
    if course.answering is not None and course.answering.delivered:
        return course.finish((), event.at)
    told = (*_withdrawn(course, event.at), *course.cut(event.at), WakeAt(None))
    course.state = State.OVER
    return told


def stopped_reading(course: Course, event: Stopped) -> Commands:
    refused = stopped(event.block, course.gate.rules.compiled)
    return (_note(course, event, wait=False), *request.refuse(course, refused, event.at))


def stopped_recording(course: Course, event: Stopped) -> Commands:
    """A `Recorded` is still to come: then this is what it leads to."""
    return (_refusing(course, event, wait=False),)


def stopped_holding(course: Course, event: Stopped) -> Commands:
    return (*_withdrawn(course, event.at), _refusing(course, event, wait=True))


def stopped_forwarded(course: Course, event: Stopped) -> Commands:
    """Nothing of an answer has left."""
    cut = (*calls.withdrawn(course, event.at), *course.cut(event.at))
    course.answering = None
    return (*cut, _refusing(course, event, wait=True))


def stopped_streaming(course: Course, event: Stopped) -> Commands:
    note = _note(course, event, wait=False)
    out = course.current().stop(stopped(event.block, course.gate.rules.compiled))
    left = calls.withdrawn(course, event.at)
    return (note, *left, *course.finish((SendAnswer(out, end=True),), event.at))


def noted(course: Course, event: Stopped) -> Record:
    return _note(course, event, wait=False)


def ignored(_: Course, __: Event) -> Commands:
    return ()


def _withdrawn(course: Course, at: float) -> Sequence[Command]:
    """People need not decide any more."""
    if course.state is State.HOLDING:
        return (course.held().withdrawn(at),)
    return calls.withdrawn(course, at)


def _refusing(course: Course, event: Stopped, *, wait: bool) -> Record:
    note = _note(course, event, wait=wait)
    refused = stopped(event.block, course.gate.rules.compiled)
    course.decision, course.state = Decision(refused, {}, None, course.who), State.REFUSING
    return note


def _note(course: Course, event: Stopped, *, wait: bool) -> Record:
    state, compiled = course.state.name.lower(), course.gate.rules.compiled
    return Record("stopped", stopped_fact(course.identifier, event.block, state, event.at, compiled), wait=wait)

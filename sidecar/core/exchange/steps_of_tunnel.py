"""A request that leaves HTTP: the server grants it or not, and it ends.

Rule: nobody leaves HTTP who did not ask for it; what follows such an answer has no shape that anything here reads.
"""

from dataclasses import replace

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.commands import Fail, Respond, WakeAt
from sidecar.core.exchange.course import Commands, Course, State
from sidecar.core.exchange.events import ResponseStarted, Stopped, Tick
from sidecar.core.exchange.outcome import Go
from sidecar.core.exchange.plain.asked import Handshake, Plain
from sidecar.core.exchange.plain.upgraded import Upgraded
from sidecar.core.exchange.steps_of_ending import noted
from sidecar.core.exchange.stopping import stopped as stop_sentence

SWITCHING = 101
UNASKED = "The server left HTTP (status 101), and nobody had asked for that."


def asked(course: Course) -> Handshake | None:
    """What the request asked for, if it leaves HTTP."""
    plain = course.outcome(Go).answer.asked
    return plain.handshake if isinstance(plain, Plain) else None


def started(course: Course, event: ResponseStarted, handshake: Handshake) -> Commands:
    course.times = replace(course.times, answered=event.at)
    answer = Upgraded(course.outcome(Go).answer, event.head, event.at, handshake, course.gate.rules)
    course.answering = answer
    refused = answer.refused()
    if refused is not None:
        return course.finish((Respond(*course.shape(refused, course.identifier)),), event.at)
    course.state = State.TUNNEL
    return (answer.start(), WakeAt(answer.next_look(event.at)))


def unasked(course: Course, event: ResponseStarted) -> Commands:
    return (*course.cut(event.at), *course.refuse(Refused(502, Code.API, UNASKED)))


def tick(course: Course, event: Tick) -> Commands:
    answer = _open(course)
    # People's stops come by themselves; what a rule of this gate stopped is known here first.
    block = course.gate.quarantine.against(answer.context.caller)
    if block is not None:
        return stopped(course, Stopped(block, event.at))
    why = answer.ends_because(course.gate.rules, event.at)
    if why is None:
        return (WakeAt(answer.next_look(event.at)),)
    answer.broken = f"The WebSocket was cut: {why}."
    return (*course.finish((), event.at), Fail(answer.broken))


def stopped(course: Course, event: Stopped) -> Commands:
    note = noted(course, event)
    _open(course).stop(stop_sentence(event.block, course.gate.rules.compiled))
    return (note, *course.finish((), event.at), Fail("The WebSocket was cut: people stopped its caller."))


def _open(course: Course) -> Upgraded:
    answer = course.current()
    if not isinstance(answer, Upgraded):
        raise TypeError(f"a WebSocket is open, and its answer is of {type(answer).__name__}")
    return answer

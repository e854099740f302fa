"""People are asked: that they are is recorded, they think, what they said is recorded, and the call goes or not."""

from dataclasses import replace

from sidecar.core.approval.answer import Answer, Outcome
from sidecar.core.exchange.commands import OpenAnswer, Respond, SendAnswer, WakeAt
from sidecar.core.exchange.course import Commands, Course, State
from sidecar.core.exchange.events import Recorded, Settled, Tick
from sidecar.core.exchange.holding import Held, Holding
from sidecar.core.exchange.mcp.waits import EVERY, SOON
from sidecar.core.exchange.outcome import Decision, Go
from sidecar.core.model.action import Action

# Envoy gives a request five minutes to come in, and one that leaves HTTP never has: `upload_timeout` of the bootstrap.
PATIENCE_OF_AN_UPGRADE = 240.0


def hold(course: Course, go: Go, held: Held) -> Commands:
    course.holding = Holding.of(course.identifier, held, go.body)
    if go.waits is not None:
        course.holding.keeps_its_client()
    if course.started is not None and course.started.upgrade:
        course.holding.patience = PATIENCE_OF_AN_UPGRADE
    # Thousands may wait: of what was decided only what comes after is kept.
    course.decision = Decision(replace(go, body=None, held=None), {}, None, course.who)
    return _ask(course)


def asked(course: Course, event: Recorded) -> Commands:
    if event.failed is not None:
        return course.unrecorded()
    course.state = State.HOLDING
    wake = (WakeAt(event.at + (SOON if course.waits is None else EVERY)),) if course.outcome(Go).waits else ()
    return (course.held().ask(event.at), *wake)


def tick(course: Course, event: Tick) -> Commands:
    """People think: the client hears that it waits, in an answer that begins with that."""
    waits, holding = course.outcome(Go).waits, course.held()
    if course.identifier in course.gate.given_up:
        return settled(course, Settled(Answer(Outcome.WITHDRAWN), event.at))
    if waits is None:
        raise RuntimeError("woken for a client that nothing can be told")
    opened = (OpenAnswer(waits.headers),) if course.waits is None else ()
    course.waits = waits
    said = waits.waiting(holding.waited(event.at), holding.patience, holding.question.asked.rule)
    return (*opened, SendAnswer(said), WakeAt(event.at + EVERY))


def settled(course: Course, event: Settled) -> Commands:
    course.state = State.SETTLING
    given_up = course.identifier in course.gate.given_up
    answer = replace(event.answer, outcome=Outcome.WITHDRAWN) if given_up else event.answer
    return (course.held().settled(answer, event.at),)


def recorded(course: Course, event: Recorded) -> Commands:
    if event.failed is not None:
        return course.unrecorded()
    holding = course.held()
    if not holding.approved():
        return _turned_back(course, holding, event.at)
    if holding.next():
        return _ask(course)
    course.times = replace(course.times, forwarded=event.at, human=holding.seconds)
    course.holding = None
    forward = course.forward(course.outcome(Go), holding.body())
    if course.waits is None:
        return forward
    return (SendAnswer(course.waits.let_go(holding.seconds, holding.patience)), WakeAt(None), *forward)


def _ask(course: Course) -> Commands:
    course.state = State.ASKING
    return (course.held().noted(),)


def _turned_back(course: Course, holding: Holding, at: float) -> Commands:
    refused = holding.refused()
    said = holding.as_answer(refused)
    fact = {
        "exchange": course.identifier,
        "at": at,
        "why": refused.message,
        "connection": course.outcome(Go).answer.connection,
        "verdict": Action.HOLD.name.lower(),
        "rule": refused.rule,
        "status": refused.status if said is None else 200,
    }
    record = course.note("not_forwarded", fact)
    if said is None:
        return (*record, *course.refuse(refused))
    course.state = State.OVER
    return (*record, Respond(200, *said))

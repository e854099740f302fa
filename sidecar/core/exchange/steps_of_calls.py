"""Tool calls of an answer wait for people: one after the other, in the order of the answer, while the rest goes on.

Rules:
- As with a request, that people are asked is recorded before they are, and what they said before anything follows.
- What cannot be recorded does not go: the call is denied, and the answer goes on.
- An answer that ended meanwhile, for whatever reason, has no call that people could let go: the question is withdrawn.
  So it is when a rule has stopped the session.
"""

from sidecar.core.exchange.commands import Fail, WakeAt
from sidecar.core.exchange.course import UNRECORDED, Commands, Course, State
from sidecar.core.exchange.events import Recorded, Settled
from sidecar.core.exchange.held_call import HeldCall, Step, held_call


def go_on(course: Course, at: float) -> Commands:
    """Ask about the next call, if there is one; no longer ask where there is none any more."""
    answer = course.current()
    if not answer.waits:
        return withdrawn(course, at)
    if answer.calls.in_vain:
        return _given_up(course, at)
    if course.held_call is not None:
        return ()
    course.calls_held += 1
    ruled = answer.calls.waiting[0].ruled
    number, said = course.calls_held, answer.said()
    course.held_call = held_call(answer.context, ruled, number, at, streams=answer.streams, said=said)
    return (course.held_call.holding.noted(),)


def recorded(course: Course, event: Recorded) -> Commands:
    held = course.held_call
    if held is None or held.step is Step.HOLDING:
        course.state = State.DEAD
        return (Fail("Recorded, and nothing was to be recorded"),)
    if event.failed is not None:
        return _decided(course, held, event.at, approved=False, sentence=UNRECORDED)
    if held.step is Step.ASKING:
        held.step = Step.HOLDING
        return (held.holding.ask(event.at),)
    if not held.holding.approved():
        said_no, sentence = held.holding.said_no(), held.holding.sentence()
        return _decided(course, held, event.at, approved=False, sentence=sentence, said_no=said_no)
    approval = held.holding.question.asked.id
    if held.holding.next():
        held.step = Step.ASKING
        return (held.holding.noted(),)
    return _decided(course, held, event.at, approved=True, approval=approval)


def settled(course: Course, event: Settled) -> Commands:
    held = course.held_call
    if held is None or held.step is not Step.HOLDING:
        return ()  # withdrawn meanwhile
    held.step = Step.SETTLING
    return (held.holding.settled(event.answer, event.at),)


def withdrawn(course: Course, at: float) -> Commands:
    """People need not decide any more."""
    held, course.held_call = course.held_call, None
    if held is None or held.step is not Step.HOLDING:
        return ()
    return course.tell((held.holding.withdrawn(at),))


def _given_up(course: Course, at: float) -> Commands:
    left = withdrawn(course, at)
    course.current().calls.give_up()
    return (*left, *_gone_on(course, at))


def _decided(
    course: Course,
    held: HeldCall,
    at: float,
    *,
    approved: bool,
    approval: str | None = None,
    sentence: str = "",
    said_no: bool = False,
) -> Commands:
    course.held_call, answer = None, course.current()
    named = held.holding.question.asked.id if approval is None else approval
    answer.calls.decided(approved=approved, approval=named, sentence=sentence, said_no=said_no)
    return _gone_on(course, at)


def _gone_on(course: Course, at: float) -> Commands:
    """What was decided leaves, and whatever waited behind it."""
    answer = course.current()
    sent = answer.decided(at)
    told = (*course.tell(answer.told(at)), *course.quarantine(at))
    if answer.over and not answer.waits:
        return (*told, *course.finish(sent, at))
    return (*told, *sent, *go_on(course, at), *((WakeAt(answer.wake_at),) if answer.streams else ()))

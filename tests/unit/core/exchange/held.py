"""A small world of calls that wait for people."""

from collections.abc import Sequence

from sidecar.core.approval.answer import Answer, Decider, Outcome
from sidecar.core.approval.asked import Asked, Excerpt, What
from sidecar.core.exchange import events as e
from sidecar.core.exchange.commands import Ask, Command, Record
from sidecar.core.exchange.gate import Gate
from sidecar.core.model.caller import Caller
from sidecar.core.model.hold import Terms
from tests.unit.core.exchange.building import CALLER, MASKS, Call, gate

HOLD = """
  - {id: deploys, match: {regex: 'deploy to (prod|live)'}, do: hold, approvers: [sre], say: People look at it.%s}
"""
HOLDS = HOLD % ""
AS_ANSWER = HOLD % ", deny: {as: answer}"
TWO = HOLDS + "  - {id: budget, if: 'request.max_tokens > 50', do: hold, approvals: 2}\n"
YES = Decider("grace", "company", True, "go ahead", 5.0)
NO = Decider("grace", "company", False, "not on a Friday", 5.0)
APPROVED = Answer(Outcome.APPROVED, "t1", (YES,))
DENIED = Answer(Outcome.DENIED, "t1", (NO,))
PROMPT = "please deploy to prod now"


def holding(rules: str = HOLDS, **changed: object) -> Gate:
    return gate(MASKS + rules, **changed)


def asked(content: str = "x", **changed: object) -> Asked:
    fields: dict[str, object] = {
        "id": "gx_1.1",
        "fingerprint": "f",
        "session_key": "s",
        "what": What.REQUEST,
        "gate": "gate",
        "exchange": "gx_1",
        "connection": "claude",
        "subject": "ada",
        "provider": "company",
        "groups": (),
        "session": None,
        "agent": None,
        "model": None,
        "tool": None,
        "rule": "deploys",
        "policy": "p",
        "policy_digest": "d",
        "why": "why",
        "terms": Terms(),
        "at": 1.0,
        "content": (Excerpt("Prompt", content),),
    }
    return Asked(**{**fields, **changed})  # type: ignore[arg-type]


def held(
    world: Gate, body: object, *, id: str = "gx_1", at: float = 1000.0, caller: Caller | None = CALLER
) -> tuple[Call, Asked]:
    """A call up to the question."""
    call = Call(world, id, at).ask(body, caller=caller).recorded().recorded()
    return call, question(call.said)


def question(said: Sequence[Command]) -> Asked:
    """The newest."""
    return next(one.asked for one in reversed(said) if isinstance(one, Ask))


def settled(call: Call, answer: Answer, after: float = 2.0) -> Call:
    """People answer, and it is recorded."""
    call.at += after
    call.tell(e.Settled(answer, call.at))
    return call.recorded()


def kinds(said: Sequence[Command]) -> list[str]:
    return [one.kind for one in said if isinstance(one, Record)]

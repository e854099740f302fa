"""What rules say about a call before anybody knows what it would do."""

from sidecar.core.exchange.desk import Judged, Session
from sidecar.core.exchange.direct_call import judge_direct
from sidecar.core.exchange.mcp.calls import Call, listed
from sidecar.core.exchange.rules import Court
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.model.action import Action
from sidecar.core.model.effect import Effect
from sidecar.core.policy.judge import RequestFacts
from sidecar.core.understand.understand import understand
from sidecar.core.wire.json_strict import parse
from sidecar.core.wire.mcp.message import read_message
from tests.unit.core.exchange.building import CALLER, MASK_KEY, TICKETS, compiled, encoded
from tests.unit.core.exchange.mcp.speaking import call

RULES = """
  - {id: drops, where: [tool_call], match: {tool: peek}, do: deny, say: Never.}
  - {id: sends, where: [tool_call], match: {tool: mcp__tickets__send}, do: hold}
  - {id: worst, effect: [destroys_data], do: hold, match: {tool: run}}
  - {id: later, effect: [destroys_data], unknown: pass, do: deny}
"""


def court() -> Court:
    bound = compiled(RULES, "").bound(CALLER, TICKETS)
    assert bound is not None
    return bound.court(RequestFacts("", (), False, None, 0, (), (), "POST", "/", "tools/call", 0))


def made(tool: str, **arguments: object) -> Call:
    message = read_message(parse(encoded(call(tool, **arguments))))
    return Call.of(message, f"mcp__tickets__{tool}", understand)


def judged(tool: str, **arguments: object) -> Judged:
    call = made(tool, **arguments)
    session = Session(court(), SessionMemory(), Placeholders(MASK_KEY, "s"))
    judge_direct(session, call.asked, call.understood, found := Judged())
    return found


def test_each_rule_is_heard() -> None:
    assert judged("peek").verdict.say == "Never."
    assert (judged("send").verdict.action, len(judged("send").holds)) == (Action.HOLD, 1)
    assert judged("read_ticket", id="1").verdict.action is Action.ALLOW


def test_a_call_is_understood_by_its_arguments() -> None:
    assert judged("run", command="ls /tmp").verdict.action is Action.ALLOW
    assert judged("run", command="rm -rf /srv").verdict.rule == "later"
    assert Effect.DESTROYS_DATA in made("run", command="rm -rf /srv").understood.effects


def test_the_connections_name_says_nothing_about_a_tool() -> None:
    message = read_message(parse(encoded(call("look"))))
    assert not Call.of(message, "mcp__shell__look", understand).asked.runs


def test_a_list_knows_names_and_no_effects() -> None:
    assert listed(court(), "mcp__tickets__peek").action is Action.DENY
    assert listed(court(), "mcp__tickets__run").action is Action.ALLOW

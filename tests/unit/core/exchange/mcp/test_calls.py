"""What rules say about a call before anybody knows what it would do."""

from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.mcp.calls import judge_call, listed
from sidecar.core.exchange.rules import Court
from sidecar.core.model.action import Action
from sidecar.core.policy.judge import RequestFacts
from tests.unit.core.exchange.building import CALLER, TICKETS, compiled

RULES = """
  - {id: drops, where: [tool_call], match: {tool: drop}, do: deny, say: Never.}
  - {id: sends, where: [tool_call], match: {tool: mcp__tickets__send}, do: hold}
  - {id: worst, effect: [destroys_data], do: hold, match: {tool: run}}
  - {id: later, effect: [destroys_data], unknown: pass, do: deny}
"""


def court() -> Court:
    bound = compiled(RULES, "").bound(CALLER, TICKETS)
    assert bound is not None
    return bound.court(RequestFacts("", (), False, None, 0, (), (), "POST", "/", "tools/call", 0))


def judged(tool: str) -> Judged:
    found = Judged()
    judge_call(court(), f"mcp__tickets__{tool}", found)
    return found


def test_each_rule_is_heard() -> None:
    assert judged("drop").verdict.say == "Never."
    assert (judged("send").verdict.action, len(judged("send").holds)) == (Action.HOLD, 1)
    assert judged("run").verdict.rule == "worst", "what nobody understands may be anything"
    assert judged("read").verdict.action is Action.ALLOW


def test_a_list_knows_names_and_no_effects() -> None:
    assert listed(court(), "mcp__tickets__drop").action is Action.DENY
    assert listed(court(), "mcp__tickets__run").action is Action.ALLOW

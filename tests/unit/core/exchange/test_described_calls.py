"""Programs and tools that a policy describes, through a whole exchange: in answers, over MCP, for those who approve."""

import json

import pytest

from sidecar.core.exchange.calls import DESCRIBE
from sidecar.core.exchange.events import ResponseChunk, ResponseStarted
from sidecar.core.model.http import ResponseHead
from sidecar.core.understand.understand import understand
from tests.unit.core.exchange.building import MASKS, SSE, Call, gate, request
from tests.unit.core.exchange.calling import ID, answer, content, streamed, use
from tests.unit.core.exchange.held import question
from tests.unit.core.exchange.mcp.speaking import ask, call

HEAD = """understand:
  programs:
    acmectl: reads
    acmectl delete: [destroys_data]
  tools:
    mcp__tickets__ponder: harmless
    mcp__tickets__vapor: [destroys_data]
"""
RULES = f"{MASKS}\n  - {{id: careful, effect: [destroys_data], unknown: as-worst, do: deny, say: Not here.}}\n"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("command", "goes", "hint"),
    [
        ("acmectl frob x1", True, False),
        ("acmectl delete x1", False, False),
        ("acmectl -v delete x1", False, False),
        ("scancel -u ada", False, True),
    ],
)
def test_a_command_of_an_answer(command: str, goes: bool, hint: bool, stream: bool) -> None:
    (block,) = content(answer(gate(RULES, HEAD, understand=understand), use(command), stream=stream))
    assert block["id"] == ID
    assert block["name"] == ("Bash" if goes else "blocked_by_policy")
    assert (DESCRIBE in str(block["input"])) is hint


@pytest.mark.parametrize(
    ("tool", "goes", "hint"), [("ponder", True, False), ("vapor", False, False), ("frobnicate", False, True)]
)
def test_a_tool_over_mcp(tool: str, goes: bool, hint: bool) -> None:
    made = ask(gate(RULES, HEAD), call(tool))
    assert made.facts["tool_call"]["verdict"] == ("allow" if goes else "deny")
    told = "" if goes else json.loads(made.reply.body)["result"]["content"][0]["text"]
    assert (DESCRIBE in told) is hint


def test_without_descriptions_none_of_them_passes() -> None:
    assert ask(gate(RULES), call("ponder")).facts["tool_call"]["verdict"] == "deny"
    (block,) = content(answer(gate(RULES, understand=understand), use("acmectl frob x1"), stream=False))
    assert block["name"] == "blocked_by_policy"


def test_a_description_of_another_group_does_not_count() -> None:
    other = f"{HEAD}applies: {{groups: [finance]}}\n"
    assert ask(gate(RULES, HEAD), call("ponder")).facts["tool_call"]["effects"] == []
    assert "tool_call" not in ask(gate(RULES, other), call("ponder")).facts


def test_who_approves_reads_who_described_it_and_how_it_would_be() -> None:
    holds = f"{MASKS}\n  - {{id: asks, effect: [destroys_data], do: hold}}\n"
    world = gate(holds, HEAD, understand=understand)
    waiting = Call(world).ask(request("hi")).recorded()
    waiting.tell(ResponseStarted(ResponseHead(200, SSE), waiting.at))
    waiting.tell(ResponseChunk(streamed(use("scancel -u ada; acmectl delete x1")), waiting.at, end=True))
    _, would = question(waiting.recorded().said).content
    assert "destroys_data: described by policy p, line 5: acmectl delete x1" in would.text
    assert "understand: {programs: {scancel: [writes]}}" in would.text

"""The real SDK against the simulator alone: what it is given, and what is noted of what it shows."""

from pathlib import Path

import pytest
from claude_agent_sdk import TextBlock, ThinkingBlock, ToolResultBlock, ToolUseBlock

from sidecar.processes.demo.agent import NOT_THEIRS, Agent, Turn, note
from sidecar.simulator.serve import Options, start
from sidecar.simulator.tickets import serving


async def test_a_turn_with_a_tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NOT_THEIRS:
        monkeypatch.setenv(name, "1")
    with start(Options(api_key="the-token", bearer=True)) as model:
        async with Agent(model.url, "the-token", tmp_path / "agent", {}) as agent:
            told = await agent.tell('[[think]][[tool:Bash {"command": "echo out; pwd"}]][[then]][[say:Done.]]')
    assert (told.failed, told.text, told.tools, told.thoughts) == (False, "Done.", ["Bash"], 1)
    assert told.results == [f"out\n{tmp_path}/agent/work"]
    assert told.session


async def test_a_server_of_tools(tmp_path: Path) -> None:
    with start(Options(bearer=True)) as model, serving("A ticket.", "the key") as tickets:
        servers = {"tickets": tickets.url, "unknown": f"{model.url}/mcp"}
        async with Agent(model.url, "a-token", tmp_path / "agent", servers) as agent:
            told = await agent.tell("[[say:Good.]]")
    assert "Bash" in told.offered
    assert not [name for name in told.offered if name.startswith("mcp__")], "without the key it tells nobody anything"


async def test_an_error_is_shown_at_once(tmp_path: Path) -> None:
    with start(Options(bearer=True)) as model:
        async with Agent(model.url, "a-token", tmp_path / "agent", {}) as agent:
            told = await agent.tell("[[status:529]]")
        assert model.world.past.exchanges == 1, "no retries"
    assert told.failed
    assert "529" in told.text


@pytest.mark.parametrize(
    ("block", "seen"),
    [
        (TextBlock("t"), Turn(texts=["t"])),
        (ThinkingBlock("t", "s"), Turn(thoughts=1)),
        (ToolUseBlock("i", "Bash", {}), Turn(tools=["Bash"])),
        (ToolResultBlock("i", "out"), Turn(results=["out"])),
        (ToolResultBlock("i", [{"type": "text", "text": "a"}, {"type": "b"}]), Turn(results=["a\n{'type': 'b'}"])),
        (ToolResultBlock("i"), Turn(results=[""])),
        ("something new", Turn()),
    ],
)
def test_noted(block: object, seen: Turn) -> None:
    turn = Turn()
    note(turn, block)
    assert turn == seen

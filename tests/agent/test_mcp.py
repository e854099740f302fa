"""The real Claude Agent SDK with an MCP server, both through the gate."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from claude_agent_sdk import ClaudeAgentOptions, ResultMessage, ToolResultBlock, UserMessage, query

from sidecar.control.client import Client as Person
from tests.servers.conftest import Gate, gate, person, tokens
from tests.servers.test_held import decide

__all__ = ["gate", "person", "tokens"]  # its fixtures: the gate with servers behind it, in the place of this folder's

HELD = 'Send it. [[tool:mcp__tickets__send {"to": "grace"}]][[then]][[say:it was sent]]'
PROMPT = (
    'Look it up. [[tool:mcp__tickets__find {"query": "Project Zephyr"}]][[then]]'
    "[[tool:mcp__tickets__drop_all {}]][[then]]"
    '[[tool:mcp__tickets__find {"query": "x"}]][[then]]'
    '[[tool:mcp__tickets__find {"query": "y"}]][[then]][[say:done another way]]'
)


@pytest.fixture
def options(gate: Gate, tokens: dict[str, str], tmp_path: Path) -> ClaudeAgentOptions:
    token = tokens["ada"]
    session = str(uuid4())
    headers = {"Authorization": f"Bearer {token}", "X-Gatehouse-Session": session}
    server = {"type": "http", "url": f"{gate.url}/c/tickets", "headers": headers}
    environment = {
        "HOME": str(tmp_path),
        "CLAUDE_CONFIG_DIR": str(tmp_path / "claude"),
        "ANTHROPIC_BASE_URL": gate.url,
        "ANTHROPIC_AUTH_TOKEN": token,
        "ANTHROPIC_API_KEY": "",
        "CLAUDE_CODE_MAX_RETRIES": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    return ClaudeAgentOptions(
        cwd=tmp_path,
        env=environment,
        setting_sources=[],
        mcp_servers={"tickets": server},  # type: ignore[dict-item]
        allowed_tools=["mcp__tickets__find", "mcp__tickets__drop_all", "mcp__tickets__send"],
        permission_mode="acceptEdits",
        extra_args={"session-id": session},
    )


async def test_it_uses_what_it_may_and_finishes_another_way(gate: Gate, options: ClaudeAgentOptions) -> None:
    results: list[str] = []
    end: ResultMessage | None = None
    before = len(gate.service.ran)
    async for message in query(prompt=PROMPT, options=options):
        if isinstance(message, ResultMessage):
            end = message
        elif isinstance(message, UserMessage) and isinstance(message.content, list):
            results += [str(block.content) for block in message.content if isinstance(block, ToolResultBlock)]
    assert end is not None
    assert (end.is_error, end.result) == (False, "done another way")
    refused, unknown, found, again = results
    assert "Zephyr stays." in refused
    assert "No such tool" in unknown, "it was never listed"
    assert "Ticket of x: the key is [" in found
    assert gate.secret not in "".join(results)
    assert "Ticket of y" in again, "three calls are what the session may make: each counts once"
    assert gate.service.ran[before:] == [("find", "x"), ("find", "y")]


async def test_it_waits_for_a_person_and_goes_on(gate: Gate, options: ClaudeAgentOptions, person: Person) -> None:
    before = len(gate.service.ran)
    results: list[str] = []
    deciding = asyncio.create_task(decide(person, yes=True, later=True))
    async for message in query(prompt=HELD, options=options):
        if isinstance(message, ResultMessage):
            assert (message.is_error, message.result) == (False, "it was sent")
        elif isinstance(message, UserMessage) and isinstance(message.content, list):
            results += [str(block.content) for block in message.content if isinstance(block, ToolResultBlock)]
    await deciding
    assert "sent to grace: [" in results[0]
    assert gate.service.ran[before:] == [("send", "grace")]

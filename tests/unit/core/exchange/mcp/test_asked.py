"""How rules know a tool."""

from sidecar.core.exchange.mcp.asked import Asked, named
from sidecar.core.exchange.mcp.pins import Pins


def test_a_tool_is_known_as_agents_call_it() -> None:
    assert named("tickets", "send") == "mcp__tickets__send"
    asked = Asked(Pins(), ("tickets", "ada"), b"a key of the tests")
    assert asked.named("send") == "mcp__tickets__send"
    assert "a key" not in repr(asked)

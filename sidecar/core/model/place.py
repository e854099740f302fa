"""Where in a conversation a text stands."""

from enum import StrEnum


class Place(StrEnum):
    """The places a rule can name in `where`.

    In a request: `system` (system prompt and tool definitions), `prompt` (everything people and agents wrote,
    metadata and unknown blocks included), `tool_result`. In an answer: `response` (text and citations), `thinking`,
    `tool_call` (tool inputs), `tool_result` (results of tools that the provider ran). Words of the assistant that the
    agent replays count as `prompt`, unless this session saw the provider itself say them.

    Of an MCP server: `tool_call` (arguments), `tool_result` (what it says), `tool_description` (what it lists).
    """

    SYSTEM = "system"
    PROMPT = "prompt"
    TOOL_RESULT = "tool_result"
    TOOL_CALL = "tool_call"
    TOOL_DESCRIPTION = "tool_description"
    RESPONSE = "response"
    THINKING = "thinking"

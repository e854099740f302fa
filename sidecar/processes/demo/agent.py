"""The real Claude Agent SDK, started in a home and a work folder of its own.

Rules:
- Nothing of the person who runs the tour takes part: no settings, no memory, no key, no proxy of theirs.
- No other traffic than what the tour asks for, and no retries of its own: an error is shown at once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from claude_agent_sdk import (
    AssistantMessage,
    ClaudeAgentOptions,
    ClaudeSDKClient,
    ResultMessage,
    SystemMessage,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
    UserMessage,
)
from claude_agent_sdk.types import McpHttpServerConfig

TOOLS = ["Bash", "Read", "Write"]
# Whatever of this stands in the environment of the one who runs the tour would win over our own.
NOT_THEIRS = ("ANTHROPIC_API_KEY", "ANTHROPIC_MODEL", "CLAUDE_CODE_USE_BEDROCK", "CLAUDE_CODE_USE_VERTEX", "CLAUDECODE")


@dataclass(slots=True)
class Turn:
    """What the agent saw of one prompt. `offered`: the names of the tools that it has."""

    texts: list[str] = field(default_factory=list)
    thoughts: int = 0
    tools: list[str] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    session: str = ""
    failed: bool = True
    cache_read: int = 0
    offered: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(self.texts)


class Agent:
    """One session, told one thing after the other. Used with `async with`."""

    def __init__(self, url: str, token: str, folder: Path, servers: Mapping[str, str]) -> None:
        self.work = folder / "work"
        self.work.mkdir(parents=True, exist_ok=True)
        (folder / "tmp").mkdir(exist_ok=True)
        environment = {
            **dict.fromkeys(NOT_THEIRS, ""),
            "HOME": str(folder),
            "TMPDIR": str(folder / "tmp"),
            "CLAUDE_CONFIG_DIR": str(folder / "claude"),
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_AUTH_TOKEN": token,
            "CLAUDE_CODE_MAX_RETRIES": "0",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        self._client = ClaudeSDKClient(
            ClaudeAgentOptions(
                cwd=self.work,
                env=environment,
                setting_sources=[],
                mcp_servers={name: _server(at, token) for name, at in servers.items()},
                allowed_tools=[*TOOLS, *(f"mcp__{name}" for name in servers)],
                permission_mode="acceptEdits",
            )
        )

    async def __aenter__(self) -> "Agent":
        await self._client.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()

    async def tell(self, prompt: str) -> Turn:
        """Send a prompt and wait for the end of its turn."""
        await self._client.query(prompt)
        turn = Turn()
        async for message in self._client.receive_response():
            if isinstance(message, ResultMessage):
                turn.failed = message.is_error
                turn.session = message.session_id
                turn.cache_read = int((message.usage or {}).get("cache_read_input_tokens", 0))
            elif isinstance(message, SystemMessage) and message.subtype == "init":
                turn.offered = tuple(message.data["tools"])
            elif isinstance(message, AssistantMessage | UserMessage) and isinstance(message.content, list):
                for block in message.content:
                    note(turn, block)
        return turn


def _texts(content: Iterable[Mapping[str, object]]) -> str:
    return "\n".join(str(one["text"]) if "text" in one else str(one) for one in content)


def _server(url: str, token: str) -> McpHttpServerConfig:
    return {"type": "http", "url": url, "headers": {"Authorization": f"Bearer {token}"}}


def note(turn: Turn, block: object) -> None:
    """Add one block of a message to what was seen."""
    match block:
        case TextBlock(text=text):
            turn.texts.append(text)
        case ThinkingBlock():
            turn.thoughts += 1
        case ToolUseBlock(name=name):
            turn.tools.append(name)
        case ToolResultBlock(content=content):
            turn.results.append(content if isinstance(content, str) else _texts(content or ()))

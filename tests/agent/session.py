"""One session of the real Claude Agent SDK, kept away from everything else on this machine.

Found out with the SDK itself (`claude-agent-sdk` 0.2.186, `claude` 2.1.329), to set it up:
- HOME and CLAUDE_CONFIG_DIR of its own, or it reads the settings and memory of whoever runs the tests; no setting
  sources; ANTHROPIC_API_KEY emptied, or it wins over the token.
- CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC spares `HEAD /api/hello`, which carries no token.
- As root, `bypassPermissions` is refused; `acceptEdits` with `allowed_tools` asks nobody.
- CLAUDE_CODE_MAX_RETRIES: ten by default, which is minutes.

And about what it sends:
- Messages of role `system` stand in the middle of the conversation (environment, deferred tools, skills), always in
  the same place. The newest user message is a list of blocks with `cache_control`; later the same one is a string.
- Texts and thinking come back exactly, trailing blanks and unknown blocks included; `citations` come back empty. The
  input of a tool comes back decoded and re-written: keys in the schema's order, `5.0` as `5`, `"false"` as `false`
  where a boolean is wanted, and Write's content without blanks at the ends of lines.
- Results of parallel tools come in the order in which they finished.

And about trouble:
- A 400 or 422 is sent again in up to six shapes (without `display`, with all tools spelled out) whatever
  `x-should-retry` says, and shown once; 402, 405, 410, 451 are sent once and shown as `API Error: <status> <message>`.
- A 401 without `x-should-retry: false` is tried ten times over minutes; with it, "Not logged in" is shown at once.
- A 404, and an `error` event in a stream, are followed by the same request with `stream: false`.
- After an error the next prompt is joined to the one that failed in one message: what was refused is sent again.
"""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from claude_agent_sdk import (
    AssistantMessage,
    ClaudeAgentOptions,
    ClaudeSDKClient,
    ResultMessage,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
    UserMessage,
)

from tests.gate import Gate

TURN_SECONDS = 150.0  # the longest turn of the tests takes a quarter of that on a busy machine
TOOLS = ["Bash", "Read", "Write"]


@dataclass(slots=True)
class Turn:
    """What the agent saw of one prompt."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    inputs: list[dict[str, object]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)
    end: ResultMessage | None = None

    def text(self) -> str:
        return "\n".join(self.texts)

    def ok(self) -> bool:
        return self.end is not None and not self.end.is_error


class Session:
    """An agent that is told one thing after the other."""

    def __init__(
        self, gate: Gate, folder: Path, *, system: str | None = None, retries: int = 1, quiet: bool = True
    ) -> None:
        self.work = folder / "work"
        self.work.mkdir(exist_ok=True)
        environment = {
            "HOME": str(folder),
            "CLAUDE_CONFIG_DIR": str(folder / "claude"),
            "ANTHROPIC_BASE_URL": gate.base_url,
            "ANTHROPIC_AUTH_TOKEN": gate.token,
            "ANTHROPIC_API_KEY": "",
            "CLAUDE_CODE_MAX_RETRIES": str(retries),
        }
        if quiet:
            environment["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"
        self._client = ClaudeSDKClient(
            ClaudeAgentOptions(
                cwd=self.work,
                env=environment,
                setting_sources=[],
                allowed_tools=TOOLS,
                permission_mode="acceptEdits",
                system_prompt={"type": "preset", "preset": "claude_code", "append": system} if system else None,
            )
        )

    async def __aenter__(self) -> "Session":
        await self._client.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.disconnect()

    async def tell(self, prompt: str) -> Turn:
        """Send a prompt and wait for the end of its turn."""
        turn = Turn()
        async with asyncio.timeout(TURN_SECONDS):
            await self._client.query(prompt)
            async for message in self._client.receive_response():
                _note_message(turn, message)
        return turn


def _note_message(turn: Turn, message: object) -> None:
    if isinstance(message, ResultMessage):
        turn.end = message
    elif isinstance(message, AssistantMessage | UserMessage) and isinstance(message.content, list):
        for block in message.content:
            _note(turn, block)


def _note(turn: Turn, block: object) -> None:
    match block:
        case TextBlock(text=text):
            turn.texts.append(text)
        case ThinkingBlock(thinking=thinking):
            turn.thoughts.append(thinking)
        case ToolUseBlock(input=given):
            turn.inputs.append(given)
        case ToolResultBlock(content=content):
            turn.results.append(content if isinstance(content, str) else str(content))

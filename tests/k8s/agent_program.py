"""An agent as teams write them: the real Claude Agent SDK, told nothing of a gate but by its environment."""

import asyncio
import json
import sys

from claude_agent_sdk import AssistantMessage, ClaudeAgentOptions, ResultMessage, TextBlock, query


async def main() -> None:
    texts, failed = [], True
    options = ClaudeAgentOptions(setting_sources=[], allowed_tools=[], env={"CLAUDE_CODE_MAX_RETRIES": "0"})
    try:
        async for message in query(prompt=sys.argv[1], options=options):
            if isinstance(message, AssistantMessage):
                texts += [block.text for block in message.content if isinstance(block, TextBlock)]
            elif isinstance(message, ResultMessage):
                failed = message.is_error
    except Exception as error:  # noqa: BLE001  (whatever it is, the test wants to see it)
        texts.append(str(error))
    sys.stdout.write(json.dumps({"texts": texts, "failed": failed}) + "\n")


asyncio.run(main())

"""What the API refuses in a request whose shape is right."""

from sidecar.simulator.ask import Ask
from sidecar.simulator.failure import failure
from sidecar.simulator.reply import Json


def check(ask: Ask) -> None:
    """Nothing, or the API's 400 for the first rule that is broken."""
    for rule in RULES:
        rule(ask)


def _first_role(ask: Ask) -> None:
    if ask.messages[0].role == "assistant":
        raise failure(400, 'messages: first message must use the "user" role')


def _tool_pairs(ask: Ask) -> None:
    """Each `tool_use` is answered before the model speaks again, and nothing else is.

    Neighbouring messages of one role count as one, and a `system` message disturbs nothing.
    """
    waiting: list[str] = []
    asked_at, before = 0, "user"
    for at, message in enumerate(ask.messages):
        if message.role == "system":
            continue
        if message.role == "assistant":
            if before == "user":
                _none(waiting, asked_at)
            waiting += [str(block.get("id")) for block in message.of_type("tool_use")]
            asked_at = at
        else:
            for place, block in enumerate(message.content):
                if block["type"] == "tool_result":
                    _take(waiting, block, f"messages.{at}.content.{place}")
        before = message.role
    _none(waiting, asked_at)


def _take(waiting: list[str], block: Json, where: str) -> None:
    wanted = str(block.get("tool_use_id"))
    if wanted not in waiting:
        raise failure(
            400,
            f"{where}: unexpected `tool_use_id` found in `tool_result` blocks: {wanted}. Each `tool_result` block "
            "must have a corresponding `tool_use` block in the previous message.",
        )
    waiting.remove(wanted)


def _none(waiting: list[str], asked_at: int) -> None:
    if waiting:
        raise failure(
            400,
            f"messages.{asked_at}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(waiting)}. Each `tool_use` block must have a corresponding `tool_result` block in the next "
            "message.",
        )


def _tool_names(ask: Ask) -> None:
    names = [str(tool.get("name")) for tool in ask.tools]
    if len(set(names)) != len(names):
        raise failure(400, "tools: Tool names must be unique.")


def _thinking(ask: Ask) -> None:
    thinking = ask.body.get("thinking")
    budget = thinking.get("budget_tokens") if isinstance(thinking, dict) else None
    if isinstance(budget, int) and not 1024 <= budget < ask.max_tokens:
        raise failure(400, "thinking.budget_tokens: must be at least 1024 and less than `max_tokens`")


def _last_words(ask: Ask) -> None:
    last = ask.messages[-1]
    words = str(last.content[-1].get("text", "")) if last.role == "assistant" and last.content else ""
    if words != words.rstrip():
        raise failure(400, "messages: final assistant content cannot end with trailing whitespace")


RULES = (_first_role, _tool_pairs, _tool_names, _thinking, _last_words)

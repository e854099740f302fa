"""Every call of the Messages API that the anthropic SDK makes, as its own objects."""

import json

import anthropic
import pytest

from tests.gate import Gate
from tests.planted import Planted, leaked, planted

ASK = {"model": "claude-opus-5-5", "max_tokens": 500}


def prompt(text: str) -> dict[str, object]:
    return {**ASK, "messages": [{"role": "user", "content": text}]}


EVERYTHING = (
    '[[think:let me see]][[say:Grüße 🙂  ]][[cite:as written]][[tool:Bash {"command": "ls\\n\\u00e9", "n": [1, 2.5]}]]'
)


def test_an_answer(client: anthropic.Anthropic) -> None:
    message = client.messages.create(**prompt(EVERYTHING))
    thinking, text, cited, call = message.content
    assert (thinking.thinking, text.text) == ("let me see", "Grüße 🙂  ")
    assert cited.citations[0].cited_text == "as written"
    assert (call.name, call.input) == ("Bash", {"command": "ls\né", "n": [1, 2.5]})
    assert (message.stop_reason, message.role) == ("tool_use", "assistant")
    assert message.usage.input_tokens > 0 < message.usage.output_tokens
    assert message._request_id.startswith("req_")


@pytest.mark.parametrize(
    "how", ["", "[[wire:1]]", "[[wire:1000]]", "[[chunk:1]]", "[[gzip]]", "[[unknown]]", "[[ping:5]]"]
)
def test_a_stream_gives_the_same_answer(how: str, client: anthropic.Anthropic) -> None:
    whole = client.messages.create(**prompt(EVERYTHING))
    with client.messages.stream(**prompt(EVERYTHING + how)) as stream:
        texts = "".join(stream.text_stream)
        message = stream.get_final_message()
    assert texts == "Grüße 🙂  As the document says."
    assert [_comparable(block) for block in message.content] == [_comparable(block) for block in whole.content]
    assert message.usage.output_tokens > 1


def _comparable(block: object) -> dict[str, object]:
    """Identifiers differ, and so do signatures: another prompt came before."""
    shown = json.loads(block.to_json())
    return {name: value for name, value in shown.items() if name not in {"id", "signature", "citations"}}


def test_the_raw_events_come_in_order(client: anthropic.Anthropic) -> None:
    events = [event.type for event in client.messages.create(**prompt("[[think]][[say:hi]]"), stream=True)]
    assert (events[0], events[-2:]) == ("message_start", ["message_delta", "message_stop"])
    assert events.count("content_block_start") == events.count("content_block_stop") == 2


async def test_the_asynchronous_client(slow_client: anthropic.AsyncAnthropic) -> None:
    async with slow_client.messages.stream(**prompt("[[think]][[say:hi there]]")) as stream:
        message = await stream.get_final_message()
    assert [block.type for block in message.content] == ["thinking", "text"]
    again = await slow_client.messages.create(**prompt("[[say:hi there]]"))
    assert again.content[0].text == "hi there"


def test_a_conversation_with_a_tool_and_thinking(client: anthropic.Anthropic, gate: Gate) -> None:
    """What was delivered is told again, and the model's side finds its own words and seals unbroken."""
    before = gate.report()
    asked = {**ASK, "system": "Be brief.", "tools": [{"name": "look", "input_schema": {"type": "object"}}]}
    secret = next(one for one in planted("conversation") if one.name == "github")
    messages: list[dict[str, object]] = []
    for turn in range(4):
        call = f'[[think:{secret.value}?]][[say:{secret.line}]][[tool:look {{"at": "{secret.value}"}}]]'
        said = f"Turn {turn} with {secret.line}. {call}[[then]][[echo]]"
        messages.append({"role": "user", "content": said})
        called = client.messages.create(**asked, messages=messages)
        messages.append({"role": "assistant", "content": called.content})
        assert called.content[2].input == {"at": secret.value}
        result = {"type": "tool_result", "tool_use_id": called.content[2].id, "content": f"It is {secret.line}."}
        messages.append({"role": "user", "content": [result]})
        with client.messages.stream(**asked, messages=messages) as stream:
            told = stream.get_final_message()
        assert f"Turn {turn} with {secret.line}." in told.content[0].text
        messages.append({"role": "assistant", "content": told.content})
    after = gate.report()
    assert after["complaints"] == before["complaints"]
    assert after["signatures_checked"] - before["signatures_checked"] == 1 + 1 + 2 + 2 + 3 + 3 + 4
    assert after["answers_replayed"] > before["answers_replayed"]


def everywhere(secrets: tuple[Planted, ...]) -> dict[str, object]:
    """A request with all of them in every place where text can stand."""
    text = "\n".join(one.line for one in secrets)
    block = {"type": "text", "text": text}
    document = {"type": "document", "title": text, "source": {"type": "text", "media_type": "text/plain", "data": text}}
    call = {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"deep": [{"er": text}]}}
    return {
        "system": [block],
        "tools": [{"name": "look", "description": text, "input_schema": {"type": "object", "description": text}}],
        "messages": [
            {"role": "user", "content": [document, block]},
            {"role": "assistant", "content": [block, call]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": [block]}]},
        ],
    }


def test_nothing_planted_arrives(client: anthropic.Anthropic, gate: Gate) -> None:
    secrets = planted("everything")
    request = everywhere(secrets)
    reached = gate.mark()
    client.messages.create(**ASK, **request, metadata={"user_id": secrets[0].value})
    client.messages.count_tokens(model=ASK["model"], **request)
    client.messages.batches.create(requests=[{"custom_id": "one", "params": {**ASK, **request}}])
    received = {one.path.partition("?")[0]: gate.arrived([one]) for one in reached()}
    assert list(received) == ["/v1/messages", "/v1/messages/count_tokens", "/v1/messages/batches"]
    for path, arrived in received.items():
        out = {secret.name for secret in secrets if leaked(secret, arrived)}
        assert out == (set() if gate.masks else {secret.name for secret in secrets}), path


def test_counting(client: anthropic.Anthropic) -> None:
    def count(text: str) -> int:
        return client.messages.count_tokens(
            model=ASK["model"], messages=[{"role": "user", "content": text}]
        ).input_tokens

    assert 0 < count("hi") < count("hi " * 100)


def test_models(client: anthropic.Anthropic) -> None:
    listed = [model.id for model in client.models.list()]
    assert "claude-opus-5-5" in listed
    assert client.models.retrieve(listed[0]).id == listed[0]


def test_batches(client: anthropic.Anthropic) -> None:
    asked = [{"custom_id": name, "params": prompt(f"[[say:{name}]]")} for name in ("one", "two")]
    batch = client.messages.batches.create(requests=asked)
    assert client.messages.batches.retrieve(batch.id).processing_status == "ended"
    assert batch.id in [known.id for known in client.messages.batches.list()]

"""Tool calls in an answer that is one JSON document."""

import json

from tests.unit.core.exchange.building import KEY, ask, request
from tests.unit.core.exchange.calling import calling, reply, use

WORLD = calling()


def received(body: object) -> bytes:
    return ask(WORLD, request("hi")).answered(body).received


def test_only_the_denied_block_changes() -> None:
    body = b'{ "type":"message", "n": 1.50,\n "content":[%s, %s],"stop_reason":"tool_use" }'
    good, bad = (json.dumps(use(command)).encode() for command in ("ls", "rm x"))
    before, after = received(body % (good, bad)).split(b"blocked_by_policy")
    assert before.startswith(b'{ "type":"message", "n": 1.50,\n "content":[' + good + b", {")
    assert after.endswith(b'],"stop_reason":"tool_use" }')


def test_a_masked_and_a_denied_one() -> None:
    first, second = json.loads(received(reply(use(f"echo {KEY}"), use(f"rm {KEY}"))))["content"]
    assert first["input"]["command"].startswith("echo [KEY_")
    assert second["name"] == "blocked_by_policy"
    assert KEY not in json.dumps(second)


def test_wherever_a_client_may_look_for_calls() -> None:
    """A line of a batch's results, and a document that has both."""
    wrapped = {"custom_id": "a", "result": {"type": "succeeded", "message": reply(use("rm x"))}}
    both = {**reply(use("rm y")), **wrapped}
    for body in (wrapped, both):
        assert b"rm " not in received(body)


def test_a_call_without_input() -> None:
    one = {"type": "tool_use", "id": "toolu_1", "name": "Words"}
    assert json.loads(received(reply(one)))["content"][0]["type"] == "text"
    assert json.loads(received(reply({**one, "name": "List"})))["content"] == [{**one, "name": "List"}]


def test_what_only_looks_like_a_block() -> None:
    for body in ({"content": [1, None, {"type": 5}]}, {"type": "tool_use"}, {"content": None}):
        assert json.loads(received(json.dumps(body).encode())) == body

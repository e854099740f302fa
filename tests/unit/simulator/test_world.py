import json

import pytest

from sidecar.core.errors import Refused
from sidecar.simulator.recording import Received
from sidecar.simulator.world import Access, World

BODY = {"model": "claude-test", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
HEADERS = (("x-api-key", "k"), ("anthropic-version", "2023-06-01"))


def received(body: dict[str, object], *headers: tuple[str, str]) -> Received:
    return Received("POST", "/v1/messages", headers or HEADERS, json.dumps(body).encode())


def world() -> World:
    return World(Access(), seed="s")


@pytest.mark.parametrize(
    ("access", "headers", "status", "note"),
    [
        (Access(), [("x-api-key", "any")], None, "any key"),
        (Access(), [], 401, "no key"),
        (Access(), [("x-api-key", "")], 401, "an empty key"),
        (Access(), [("authorization", "Bearer t")], 401, "a token where a key is wanted"),
        (Access(bearer=True), [("authorization", "Bearer t")], None, "a token where one will do"),
        (Access(api_key="good"), [("x-api-key", "good")], None, "the right key"),
        (Access(api_key="good"), [("x-api-key", "bad")], 401, "a wrong key"),
        (Access(api_key="good"), [("authorization", "Bearer good")], 401, "the right key in the wrong place"),
        (Access(api_key="good", bearer=True), [("authorization", "Bearer good")], None, "as a token"),
    ],
)
def test_access(access: Access, headers: list[tuple[str, str]], status: int | None, note: str) -> None:
    asked = Received("GET", "/v1/models", tuple(headers), b"")
    if status is None:
        access.check(asked)
        return
    with pytest.raises(Refused) as caught:
        access.check(asked)
    assert (caught.value.status, caught.value.code) == (status, "authentication_error"), note


@pytest.mark.parametrize(
    ("change", "headers", "status", "said", "note"),
    [
        ({}, [("x-api-key", "k")], 400, "anthropic-version", "no version"),
        ({"max_tokens": None}, None, 400, "max_tokens", "a wrong shape"),
        ({"model": "gpt"}, None, 404, "model: gpt", "an unknown model"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, None, 400, "first message", "a broken rule"),
    ],
)
def test_refusals(
    change: dict[str, object], headers: list[tuple[str, str]] | None, status: int, said: str, note: str
) -> None:
    with pytest.raises(Refused) as caught:
        world().messages(received(BODY | change, *(headers or HEADERS)), "req_1")
    assert caught.value.status == status, note
    assert said in caught.value.message, note


def thinking_turn(world: World, session: str) -> list[dict[str, object]]:
    """A conversation in which the model thought, ready to go on."""
    asked = {**BODY, "messages": [{"role": "user", "content": "[[think]][[say:yes]]"}]}
    custom = {"custom_id": "a", "params": asked}
    batch = world.batch(received({"requests": [custom]}, *HEADERS, ("x-claude-code-session-id", session)))
    answer = batch.results[0]["result"]["message"]
    return [*asked["messages"], {"role": "assistant", "content": answer["content"]}, {"role": "user", "content": "go"}]


def test_a_broken_seal_is_the_providers_400_and_a_complaint() -> None:
    api = world()
    told = thinking_turn(api, "s")
    api.messages(received({**BODY, "messages": told}), "req_2")
    told[0]["content"] = "[[think]][[say:yes]] please"
    with pytest.raises(Refused, match=r"messages\.1\.content\.0: Invalid `signature` in `thinking` block") as caught:
        api.messages(received({**BODY, "messages": told}), "req_3")
    assert caught.value.status == 400
    report = api.past.report()
    assert report["signatures_checked"] == 2
    assert [(c["request"], c["kind"], c["what"]) for c in report["complaints"]] == [("req_3", "signature", "turn 0")]


def test_counting() -> None:
    few = world().count(received({"model": "claude-test", "messages": [{"role": "user", "content": "hi"}]}))
    many = world().count(received({"model": "claude-test", "messages": [{"role": "user", "content": "hi " * 100}]}))
    assert 0 < few["input_tokens"] < many["input_tokens"]


def test_a_batch_answers_each_request_on_its_own() -> None:
    requests = [{"custom_id": "good", "params": BODY}, {"custom_id": "bad", "params": {**BODY, "max_tokens": 0}}]
    batch = world().batch(received({"requests": requests}))
    good, bad = (result["result"] for result in batch.results)
    assert good["message"]["content"] == [{"type": "text", "text": "This is what reached me:\n> hi"}]
    assert (bad["type"], bad["error"]["error"]["type"]) == ("errored", "invalid_request_error")

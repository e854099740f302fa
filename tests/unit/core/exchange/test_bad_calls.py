"""Tool calls as no provider should send them: a clear end, nothing dangerous let through, and the next call works.

Rule: the command is dangerous in every case, so whatever leaves of it is a leak.
"""

import json
import shlex

import pytest

from sidecar.core.exchange.commands import Forward
from sidecar.core.exchange.exchange import State
from sidecar.core.model.http import Headers
from sidecar.core.understand.understand import understand
from tests.unit.core.exchange.building import (
    JSON,
    SSE,
    Call,
    ask,
    delta,
    ending,
    event,
    gate,
    happened,
    opening,
    request,
)
from tests.unit.core.exchange.calling import answer, calling, content, reply, stop_reason, use
from tests.unit.core.exchange.test_answer_denied import legal

WORLD = calling("\n  - {id: destroys, effect: [destroys_data], do: deny, say: No.}\n", understand=understand)
COMMAND = '{"command":"rm -rf x"}'
BIG = "x" * (5 << 20)
LEAKS = (b"rm -rf", "rm\u200b".encode(), b"evil")


def start(index: int = 0, **changed: object) -> bytes:
    kind = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}, **changed}
    return event("content_block_start", index=index, content_block=kind)


def part(text: str, index: int = 0) -> bytes:
    return delta(index, type="input_json_delta", partial_json=text)


def stop(index: int = 0) -> bytes:
    return event("content_block_stop", index=index)


def whole(text: str, **changed: object) -> bytes:
    return start(**changed) + part(text) + stop()


def given(**arguments: object) -> bytes:
    return whole(json.dumps(arguments))


def nested(shells: int) -> str:
    command = "rm -rf x"
    for _ in range(shells):
        command = f"sh -c {shlex.quote(command)}"
    return command


def streamed(data: bytes) -> Call:
    return Call(WORLD).ask(request("hi", stream=True)).recorded().answered([opening() + data + ending("tool_use")], SSE)


def harmless_goes() -> bool:
    return [one["name"] for one in content(answer(WORLD, use("ls"), stream=True))] == ["Bash"]


JUDGED = (
    ("input that never closes, in a block that ends", whole('{"command":"rm -rf x'), "renamed"),
    ("input that never closes, of five megabytes", whole('{"command":"rm -rf x; echo ' + BIG), "renamed"),
    ("input of five megabytes", given(command=f"rm -rf x; echo {BIG}"), "renamed"),
    ("fifty thousand arguments", given(command="rm -rf x", **{f"k{number}": 1 for number in range(50_000)}), "renamed"),
    ("a list for an input", whole('["rm -rf x"]'), "renamed"),
    ("a text for an input", whole('"rm -rf x"'), "renamed"),
    ("nothing for an input", whole("null"), "renamed"),
    ("a null byte", given(command="rm -rf x\x00"), "renamed"),
    ("zero-width characters", given(command="rm\u200b -rf x"), "renamed"),
    ("a soft hyphen", given(command="r\u00adm -rf x; evil"), "renamed"),
    ("letters of another script", given(command="\u0433m -rf x; evil"), "renamed"),
    ("letters of another script, in quotes", given(command="bash -c 's\u0443do evil'"), "renamed"),
    ("wide letters", given(command="\uff52\uff4d -rf x; evil"), "renamed"),
    ("another kind of blank", given(command="rm\u00a0-rf\u00a0x; evil"), "renamed"),
    ("text that is shown backwards", given(command="rm -rf x \u202e"), "renamed"),
    ("a name with control characters", whole(COMMAND, name="Ba\x1b[2Ksh\n\u202e"), "renamed"),
    ("a name in another script", whole(COMMAND, name="B\u0430sh"), "renamed"),
    ("a name of a megabyte", whole(COMMAND, name="Ba_sh" * (1 << 18)), "renamed"),
    ("a name that is no text", whole(COMMAND, name=["Bash"]), "renamed"),
    ("no name", whole(COMMAND, name=None), "renamed"),
    ("an identifier with control characters", whole(COMMAND, id="to\nolu\x00\u200b"), "renamed"),
    ("an identifier that is no text", whole(COMMAND, id=["rm -rf x"]), "words"),
    ("no identifier", whole(COMMAND, id=None), "words"),
    ("parentheses without end", given(command="(" * 50_000 + "rm -rf x"), "renamed"),
    ("substitutions in substitutions", given(command="$(" * 3000 + "rm -rf x" + ")" * 3000), "renamed"),
    ("evaluations in evaluations", given(command="eval " * 5000 + "rm -rf x"), "renamed"),
    ("shells in shells", given(command=nested(9)), "renamed"),
)


@pytest.mark.parametrize(("note", "data", "left_as"), JUDGED, ids=[row[0] for row in JUDGED])
def test_what_can_be_judged_is_denied(note: str, data: bytes, left_as: str) -> None:
    call = streamed(data)
    legal(call.received)
    assert not [leak for leak in LEAKS if leak in call.received]
    assert (call.facts["tool_call"]["verdict"], call.facts["tool_call"]["left_as"]) == ("deny", left_as)
    assert stop_reason(call) == ("tool_use" if left_as == "renamed" else "end_turn")
    assert harmless_goes()


BROKEN = (
    ("no end of a block, none of the input", start() + part('{"command":"rm -rf x')),
    ("no end of a block", start() + part(COMMAND)),
    ("input that is no JSON", whole("rm -rf x")),
    ("a key twice", whole('{"command":"ls","command":"rm -rf x"}')),
    ("two inputs", whole('{"command":"ls"}' + COMMAND)),
    ("a number that is none", whole('{"command":"rm -rf x","n":NaN}')),
    ("half a letter", whole('{"command":"rm -rf x \\ud800"}')),
    ("bytes that are no letters", whole(COMMAND).replace(b"-rf x", b"-rf \xff")),
    ("five thousand levels", whole('{"a":' * 5000 + COMMAND + "}" * 5000)),
    ("a hundred thousand levels without end", whole("[" * 100_000)),
    ("input for a block that never began", part(COMMAND, 3)),
    ("a block that begins twice", start() + part(COMMAND) + whole('{"command":"ls"}', id="toolu_2")),
    ("an end without a beginning", given(command="ls") + stop()),
    ("input behind the end", given(command="ls") + part(COMMAND)),
    ("words within a call", start() + delta(0, type="text_delta", text="rm -rf x") + part("{}") + stop()),
    ("a call without a place", event("content_block_start", content_block=use("rm -rf x"))),
    ("a place that is no number", event("content_block_start", index="0", content_block=use("rm -rf x"))),
    ("a message within the message", start() + part(COMMAND) + opening() + stop()),
)


@pytest.mark.parametrize(("note", "data"), BROKEN, ids=[row[0] for row in BROKEN])
def test_what_cannot_be_read_ends_the_answer_with_an_error(note: str, data: bytes) -> None:
    call = streamed(data)
    assert not [leak for leak in LEAKS if leak in call.received]
    last = happened(call.received)[-1]
    assert (last["type"], last["error"]["type"]) == ("error", "api_error")  # type: ignore[index]
    assert last["error"]["message"].endswith(".")  # type: ignore[index]
    assert (call.exchange.state, call.facts["answered"]["complete"]) == (State.OVER, False)
    assert harmless_goes()


WHOLE = (
    ("no input", {"input": ...}),
    ("a text for an input", {"input": "rm -rf x"}),
    ("a list for an input", {"input": ["rm -rf x"]}),
    ("a name that is no text", {"name": 5}),
    ("a name with control characters", {"name": "Ba\x1bsh\n"}),
    ("an identifier that is no text", {"id": {"rm -rf x": 1}}),
    ("an identifier with control characters", {"id": "a\n\x00"}),
    ("many levels", {"input": json.loads('{"a":' * 90 + COMMAND + "}" * 90)}),
)


@pytest.mark.parametrize(("note", "changed"), WHOLE, ids=[row[0] for row in WHOLE])
def test_in_an_answer_of_one_piece(note: str, changed: dict[str, object]) -> None:
    one = {key: value for key, value in {**use("rm -rf x"), **changed}.items() if value is not ...}
    call = Call(WORLD).ask(request("hi")).recorded().answered(reply(one))
    assert b"rm -rf" not in call.received
    assert call.facts["tool_call"]["verdict"] == "deny"
    assert content(call)[0].get("name", "blocked_by_policy") == "blocked_by_policy"


LAST = {"type": "message", "role": "assistant", "model": "m", "stop_reason": "tool_use"}
CALLS = [use("rm -rf x")]
UTF_7 = (("content-type", "application/json; charset=utf-7"),)
TWICE = (*JSON, ("content-type", "text/event-stream"))
UNCLEAR = (
    ("content that is no list", {**LAST, "content": CALLS[0]}, JSON),
    ("a list of messages", [{**LAST, "content": CALLS}], JSON),
    ("content in another spelling", {**LAST, "content": [], "Content": CALLS}, JSON),
    ("a name in another spelling", {**LAST, "content": [{**use("rm -rf x", "Read"), "NAME": "Bash"}]}, JSON),
    ("a type in another spelling", {**LAST, "content": [{**CALLS[0], "type": "text", "Type": "tool_use"}]}, JSON),
    ("letters of another charset", {**LAST, "content": [use("+AHIAbQ- -rf x; evil")]}, UTF_7),
    ("two types", {**LAST, "content": CALLS}, TWICE),
)


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/messages/batches/msgbatch_1/results"])
@pytest.mark.parametrize(("note", "said", "headers"), UNCLEAR, ids=[row[0] for row in UNCLEAR])
def test_what_clients_read_in_several_ways_is_passed_to_none(
    note: str, said: object, headers: Headers, path: str
) -> None:
    made = ask(WORLD, request("hi")) if path == "/v1/messages" else ask(WORLD, path=path, method="GET")
    whole = said if path == "/v1/messages" or isinstance(said, list) else {"result": {"message": said}}
    made.answered([json.dumps(whole).encode()], headers)
    assert not [leak for leak in LEAKS if leak in made.received]
    assert json.loads(made.received)["type"] == "error"


def test_a_stream_in_letters_of_another_charset() -> None:
    other = (("content-type", "text/event-stream; charset=utf-7"),)
    call = Call(WORLD).ask(request("hi", stream=True)).recorded()
    call.answered([opening() + given(command="+AHIAbQ- -rf x; evil") + ending("tool_use")], other)
    assert b"evil" not in call.received


@pytest.mark.parametrize("kind", ["text/plain", "text/event-streams", "application/octet-stream", ""])
def test_a_stream_by_another_name(kind: str) -> None:
    """On a path that a policy opened. Clients that asked for a stream do not look at what the answer calls itself."""
    world = gate("\n  - {id: d, effect: [destroys_data], do: deny}\n", "paths: ['POST /v1/later']")
    call = Call(world).ask(request("hi", stream=True), "/v1/later").recorded()
    call.answered([opening() + given(command="rm -rf x") + ending("tool_use")], (("content-type", kind),))
    assert b"rm -rf" not in call.received


@pytest.mark.parametrize("stream", [False, True])
def test_a_kind_of_call_that_is_not_known_yet(stream: bool) -> None:
    later = {"type": "computer_call", "id": "c_1", "name": "computer", "action": {"command": "rm -rf x"}}
    if stream:
        call = streamed(event("content_block_start", index=0, content_block=later) + stop())
    else:
        call = Call(WORLD).ask(request("hi")).recorded().answered(reply(later))
    assert b"rm -rf" not in call.received
    assert call.facts["tool_call"]["verdict"] == "deny"


def test_nested_deeper_than_any_answer_is() -> None:
    deep = b'{"content":' + b"[" * 100_000 + json.dumps(use("rm -rf x")).encode() + b"]" * 100_000 + b"}"
    call = Call(WORLD).ask(request("hi")).recorded().answered(deep)
    assert b"rm -rf" not in call.received
    assert json.loads(call.received)["type"] == "error"


RESULTS = calling("\n  - {id: r, where: [tool_result], match: {tool: Bash, keywords: [zephyr]}, do: deny, say: No.}\n")
SAYS_IT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "of zephyr"}
CALLED = {"role": "assistant", "content": [use("ls", id="toolu_1")]}
READ = {"role": "assistant", "content": [use("ls", "Read", id="toolu_1")]}


@pytest.mark.parametrize(
    ("note", "before", "results"),
    [
        ("of the tool that the rule names", CALLED, [SAYS_IT]),
        ("for an identifier that nobody used", CALLED, [{**SAYS_IT, "tool_use_id": "toolu_9"}]),
        ("for no identifier", CALLED, [{**SAYS_IT, "tool_use_id": None}]),
        ("for an identifier that is no text", CALLED, [{**SAYS_IT, "tool_use_id": ["toolu_1"]}]),
        ("with control characters", CALLED, [{**SAYS_IT, "tool_use_id": "toolu_1\x00"}]),
        (
            "for one identifier after the other",
            {**CALLED, "content": [*READ["content"], use("ls", id="toolu_2")]},
            [{**SAYS_IT, "content": "x"}, {**SAYS_IT, "tool_use_id": "toolu_2"}],
        ),
        ("before any call", {"role": "assistant", "content": "x"}, [SAYS_IT]),
        ("twice for the same", CALLED, [{**SAYS_IT, "content": "x"}, SAYS_IT]),
        (
            "for an identifier that two calls have",
            {**CALLED, "content": [*CALLED["content"], *READ["content"]]},
            [SAYS_IT],
        ),
        ("the same, the other way round", {**CALLED, "content": [*READ["content"], *CALLED["content"]]}, [SAYS_IT]),
    ],
)
def test_a_result_whose_tool_is_not_known_may_be_of_any(note: str, before: object, results: list[object]) -> None:
    messages = [{"role": "user", "content": "go"}, before, {"role": "user", "content": results}]
    call = ask(RESULTS, request(messages=messages))
    assert call.fact["verdict"] == "deny" or b"withheld by policy rule r" in (call.forward.body or b""), note
    assert not any(b"zephyr" in (one.body or b"") for one in call.said if isinstance(one, Forward))


def test_of_another_tool_it_goes() -> None:
    messages = [{"role": "user", "content": "go"}, READ, {"role": "user", "content": [SAYS_IT]}]
    assert b"zephyr" in (ask(RESULTS, request(messages=messages)).forward.body or b"")

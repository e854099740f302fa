"""A whole request: what goes on, what is answered here, what is refused and how that reads."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.exchange.commands import Forward, Respond
from sidecar.core.model.caller import Caller
from sidecar.core.wire.json_strict import JsonLimits
from tests.unit.core.exchange.building import (
    CALLER,
    JSON,
    KEY,
    MAIL,
    ask,
    encoded,
    gate,
    happened,
    put_together,
    request,
)

DENIES = "\n  - {id: no-keys, detect: ['secret/*'], do: deny, say: No keys here.}\n"
ANSWERS = "\n  - {id: no-keys, detect: ['secret/*'], do: deny, say: No keys here., deny: {as: answer}}\n"
SHADOW = "\n  - {id: looks, detect: ['secret/*'], do: deny, stage: shadow}\n"
SIMPLE = encoded(request("hello"))
DEEP = b'{"messages":' + b"[" * 10_000 + b"]" * 10_000 + b"}"


def values(body: bytes) -> list[object]:
    """Everything in a document that is not a string value, in order, and a mark where one stands."""
    found: list[object] = []

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for key, child in value.items():
                found.append(key)
                walk(child)
        elif isinstance(value, list):
            for child in value:
                walk(child)
        else:
            found.append("*" if isinstance(value, str) else value)

    walk(json.loads(body))
    return found


UNTOUCHED = (
    ("white space and order", b'{ "model":"claude-x",\r\n\t"max_tokens" : 1.50e1, "messages":[ ]\n}\n\n'),
    ("escapes", b'{"model":"m","messages":[{"role":"user","content":"\\u0068\\/\\ud83d\\ude00 \\u00e9"}]}'),
    (
        "unknown fields",
        b'{"zzz":{"a":[null,true,-0.0,1E5]},"messages":[{"role":"user","content":[{"type":"new","x":"y"}]}]}',
    ),
    ("nothing to say", b'{"model":"m","messages":[]}'),
)


@pytest.mark.parametrize("body", [body for _, body in UNTOUCHED], ids=[note for note, _ in UNTOUCHED])
def test_what_no_rule_changes_leaves_byte_for_byte(body: bytes) -> None:
    assert ask(gate(), body).forward.body == body


def test_a_compressed_body_that_nothing_changes_stays_compressed() -> None:
    body = gzip.compress(SIMPLE, mtime=0)
    forward = ask(gate(), body, headers=(*JSON, ("content-encoding", "gzip"))).forward
    assert forward.body == body
    assert "content-encoding" not in forward.remove


def test_a_compressed_body_that_changes_leaves_plain() -> None:
    body = gzip.compress(encoded(request(f"use {KEY} now")))
    forward = ask(gate(), body, headers=(*JSON, ("content-encoding", "gzip"))).forward
    assert KEY not in json.loads(forward.body or b"")["messages"][0]["content"]
    assert "content-encoding" in forward.remove
    assert ("content-length", str(len(forward.body or b""))) in forward.set


def test_the_encodings_of_several_headers_count_together() -> None:
    """A body that is JSON to us and something else to the one who undoes both encodings must not pass."""
    body = gzip.compress(gzip.compress(encoded(request(KEY))))
    twice = (*JSON, ("content-encoding", "gzip"), ("content-encoding", "gzip"))
    assert KEY.encode() not in (ask(gate(), body, headers=twice).forward.body or b"")


def test_a_mask_changes_string_values_and_nothing_else() -> None:
    body = (
        (
            b'{ "model":"claude-x", "metadata": {"n": 1.0, "u":"%k"},\n "messages":[{"role":"user","content":[\n'
            b'{"type":"text","text":"a \\u0067k%r b","cache_control":{"type":"ephemeral"}}, '
            b'{"type":"text","text":"\\u0068i"}]}]}'
        )
        .replace(b"%k", KEY.encode())
        .replace(b"%r", KEY[1:].removeprefix("k").encode())
    )
    forward = ask(gate(), body).forward
    assert forward.body is not None
    assert values(forward.body) == values(body)
    assert b'"text":"\\u0068i"' in forward.body, "a string beside it keeps its escapes"
    assert forward.body.count(b"[KEY_") == 2, "an escape hides nothing"
    assert KEY[3:] not in json.dumps(json.loads(forward.body))


@given(st.integers(0, 20), st.sampled_from(["user", "assistant"]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_no_escape_hides_a_secret(at: int, role: str, upper: bool) -> None:
    code = f"{ord(KEY[at]):04X}" if upper else f"{ord(KEY[at]):04x}"
    written = KEY[:at] + "\\u" + code + KEY[at + 1 :]
    body = f'{{"messages":[{{"role":"{role}","content":"so {written} it is"}}]}}'.encode()
    forward = ask(gate(), body).forward
    text = json.loads(forward.body or b"")["messages"][0]["content"]
    assert text.startswith("so [KEY_")
    assert text.endswith("] it is")


class TestRefusals:
    REFUSED = (
        ("no caller", {"caller": None}, SIMPLE, 401, "authentication_error"),
        ("garbage", {}, b"\xff\xfe{", 400, "invalid_request_error"),
        ("not JSON", {}, b'{"messages": [}', 400, "invalid_request_error"),
        ("no object", {}, b'["a"]', 400, "invalid_request_error"),
        ("no body", {}, None, 400, "invalid_request_error"),
        ("ten thousand arrays", {}, DEEP, 400, "invalid_request_error"),
        ("a key twice", {}, b'{"messages":[],"messages":[{"role":"user"}]}', 400, "invalid_request_error"),
        ("half a surrogate pair", {}, b'{"messages":[],"x":"\\ud83d"}', 400, "invalid_request_error"),
        ("NaN", {}, b'{"messages":[],"top_p":NaN}', 400, "invalid_request_error"),
        ("messages that are none", {}, b'{"messages":"hello"}', 400, "invalid_request_error"),
        ("damaged gzip", {"headers": (("content-encoding", "gzip"),)}, SIMPLE, 400, "invalid_request_error"),
        ("an unknown encoding", {"headers": (("content-encoding", "lzw"),)}, SIMPLE, 415, "invalid_request_error"),
        ("an unknown path", {"path": "/v1/complete"}, SIMPLE, 404, "not_found_error"),
        ("a path in disguise", {"path": "/v1/%6dessages"}, SIMPLE, 404, "not_found_error"),
        ("a trailing slash", {"path": "/v1/messages/"}, SIMPLE, 404, "not_found_error"),
        ("a method it does not have", {"method": "PUT"}, SIMPLE, 404, "not_found_error"),
        ("an unknown connection", {"path": "/c/nowhere/v1/messages"}, SIMPLE, 404, "not_found_error"),
    )  # fmt: skip

    @pytest.mark.parametrize(
        ("how", "body", "status", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
    )
    def test_reads_like_the_provider(self, how: dict[str, object], body: bytes | None, status: int, code: str) -> None:
        call = ask(gate(), body, **how)
        assert call.reply.status == status
        assert call.error["type"] == code
        assert call.error["message"].endswith((".", ")"))
        assert ("content-type", "application/json") in call.reply.headers
        assert dict(call.reply.headers)["x-should-retry"] == "false"
        assert call.fact["refused_with"] == status
        assert call.fact["verdict"] == "deny"
        assert not [one for one in call.said if isinstance(one, Forward)]

    def test_a_bomb(self) -> None:
        bomb = gzip.compress(b" " * (4 << 20))
        call = ask(gate(limits=JsonLimits(bytes=1 << 20)), bomb, headers=(("content-encoding", "gzip"),))
        assert call.reply.status == 413

    def test_no_policy_for_this_caller(self) -> None:
        call = ask(gate(head="applies: {groups: [finance]}"), SIMPLE)
        assert call.reply.status == 400
        assert "ada" in call.error["message"]
        assert dict(call.reply.headers)["x-should-retry"] == "false"

    @given(st.binary(max_size=60), st.sampled_from(["", "gzip", "br", "zstd", "deflate"]))
    @settings(max_examples=150, deadline=None)
    def test_any_bytes_are_forwarded_or_refused(self, body: bytes, encoding: str) -> None:
        headers = (("content-encoding", encoding),) if encoding else ()
        last = ask(WORLD, pieces=[body], headers=headers).said[-1]
        assert isinstance(last, Forward | Respond)
        assert not isinstance(last, Respond) or 400 <= last.status < 500


WORLD = gate()


class TestDenial:
    def test_as_an_error(self) -> None:
        call = ask(gate(DENIES), request(f"use {KEY}"))
        headers = dict(call.reply.headers)
        assert call.reply.status == 400
        assert headers["x-should-retry"] == "false"
        assert headers["x-gatehouse-rule"] == "no-keys"
        message = call.error["message"]
        assert "no-keys" in message
        assert "No keys here." in message
        assert "gx_1" in message
        assert KEY not in message

    @pytest.mark.parametrize("stream", [False, True])
    def test_as_an_answer(self, stream: bool) -> None:
        call = ask(gate(ANSWERS), request(f"use {KEY}", stream=stream))
        headers = dict(call.reply.headers)
        assert call.reply.status == 200
        assert headers["x-gatehouse-rule"] == "no-keys"
        assert headers["x-gatehouse-exchange"] == "gx_1"
        if stream:
            said = [one["type"] for one in happened(call.reply.body)]
            assert said[0] == "message_start"
            assert said[-2:] == ["message_delta", "message_stop"]
            content = put_together(call.reply.body)
        else:
            answer = json.loads(call.reply.body)
            assert answer["stop_reason"] == "end_turn"
            content = answer["content"]
        assert "No keys here." in content[0]["text"]
        assert KEY not in content[0]["text"]
        assert call.fact["verdict"] == "deny"

    @pytest.mark.parametrize("path", ["/v1/messages/count_tokens", "/v1/messages?x=" + KEY])
    def test_only_a_message_can_be_answered(self, path: str) -> None:
        body = request(f"use {KEY}") if "count" in path else None
        assert ask(gate(ANSWERS), body, path).reply.status == 400

    def test_in_shadow_nothing_changes_and_all_is_recorded(self) -> None:
        body = encoded(request(f"use {KEY}"))
        call = ask(gate(SHADOW), body)
        assert call.forward.body == body
        assert call.fact["verdict"] == "allow"
        assert [(one["rule"], one["action"], one["shadow"]) for one in call.fact["findings"]] == [
            ("looks", "deny", True)
        ]


def test_a_token_is_the_same_in_every_turn_and_after_a_restart() -> None:
    def sent(world: object) -> str:
        return json.loads(ask(world, request(f"write to {MAIL}")).forward.body)["messages"][0]["content"]

    world = gate()
    assert sent(world) == sent(world) == sent(gate())
    assert MAIL not in sent(world)


def test_another_session_and_another_caller_get_other_placeholders() -> None:
    world = gate()
    callers = (CALLER, Caller("ada", "company", (), "s-2"), Caller("bob", "company", (), "s-1"), Caller("ada", "x"))
    assert len({ask(world, request(MAIL), caller=one).forward.body for one in callers}) == len(callers)

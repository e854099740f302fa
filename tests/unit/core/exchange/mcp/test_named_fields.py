"""Fields by name in what MCP servers and plain HTTP give back: as in results of the agent's own tools."""

import json

import pytest

from sidecar.core.exchange.commands import Record
from tests.unit.core.exchange.building import JSON, SSE, Call, gate
from tests.unit.core.exchange.mcp.speaking import ADA, ask, call, event, exchanged, request, result, said, text

RULES = """
  - {id: people, mask: {fields: [ssn, "*.salary", card.number]}}
  - {id: mails, detect: [pii/email], do: mask}
"""
ROWS = {"rows": [{"ssn": "536-90", "n": 7, "salary": 85000}, {"ssn": 12, "card": {"number": "41", "of": "ada"}}]}


def received(world: object, answer: object, *, stream: bool = False, asked: object = None) -> dict[str, object]:
    made = exchanged(world, asked or call(), answer, stream=stream)  # type: ignore[arg-type]
    told = made.received.partition(b"data: ")[2] if stream else made.received
    return json.loads(told)  # type: ignore[no-any-return]


@pytest.mark.parametrize("stream", [False, True])
def test_structured_results(stream: bool) -> None:
    told = received(gate(RULES), result(structuredContent=ROWS, content=[]), stream=stream)
    first, second = told["result"]["structuredContent"]["rows"]  # type: ignore[index]
    assert first["ssn"].startswith("[SSN_")
    assert first["salary"].startswith("[SALARY_")
    assert first["n"] == 7
    assert second["ssn"].startswith("[SSN_")
    assert second["card"]["number"].startswith("[CARD_NUMBER_")
    assert second["card"]["of"] == "ada"


TYPED = [
    ("text", None),
    ("zero", {"salary": 0, "pregnant": False}),
    ("none", {"salary": None, "pregnant": None}),
]


@pytest.mark.parametrize(("way", "stands"), TYPED)
@pytest.mark.parametrize("kind", ["mcp", "http"])
def test_a_masked_number_as_the_rule_wants_it(kind: str, way: str, stands: dict[str, object] | None) -> None:
    world = gate(f"\n  - {{id: p, mask: {{fields: [salary, pregnant, ssn]}}, numbers: {way}}}\n", "paths: ['GET /*']")
    row = {"salary": 85000, "pregnant": True, "ssn": "536-90", "n": 7}
    if kind == "mcp":
        made = exchanged(world, call(), result(structuredContent=row, content=[]))
        told = json.loads(made.received)["result"]["structuredContent"]
    else:
        made = Call(world).ask(path="/c/shop/people", method="GET", caller=ADA).recorded()
        told = json.loads(made.answered(row, JSON).received)
    assert (told["n"], told["ssn"].startswith("[SSN_")) == (7, True)
    if stands is None:
        assert told["salary"].startswith("[SALARY_")
    else:
        assert {name: told[name] for name in stands} == stands
    written = json.dumps([one.parts for one in made.said if isinstance(one, Record)], default=str)
    assert ("85000" in written, "[SALARY_" in written) == (False, True), "the record says that it was masked"


def test_one_rule_that_wants_the_type_is_enough() -> None:
    plain, typed = "{id: a, mask: {fields: [salary]}}", "{id: b, mask: {fields: ['sal*']}, numbers: zero}"
    for rules in ((plain, typed), (typed, plain)):
        world = gate("".join(f"\n  - {one}" for one in rules) + "\n")
        told = received(world, result(structuredContent={"salary": 85000}, content=[]))
        assert told["result"]["structuredContent"] == {"salary": 0}  # type: ignore[index]


def test_the_same_value_has_the_same_placeholder_in_every_shape_and_on_every_turn() -> None:
    world = gate(RULES)
    seen = set()
    for answer in (
        text('{"salary": 85000}'),
        result(structuredContent={"x": {"salary": 85000}}),
        result(structuredContent={"salary": "85000"}),
        text("salary,n\n85000,1\n"),
        result(structuredContent={"table": "| salary |\n|---|\n| 85000 |\n"}),
    ):
        for _ in range(2):
            told = json.dumps(received(world, answer))
            assert "85000" not in told
            seen.add(told[told.index("[SALARY_") :][:17])
    assert len(seen) == 1


def test_mcps_own_fields_are_no_ones_data() -> None:
    rules = "\n  - {id: names, mask: {fields: [name, text, id, isError, type, data]}}\n"
    answer = result(isError=False, content=[{"type": "text", "text": "words"}], structuredContent={"name": "ada"})
    told = received(gate(rules), answer)
    assert told["id"] == 1
    assert told["result"]["content"] == [{"type": "text", "text": "words"}]  # type: ignore[index]
    assert told["result"]["structuredContent"]["name"].startswith("[NAME_")  # type: ignore[index]


OTHERS = (
    ("a resource", request("resources/read", uri="u"), result(contents=[{"uri": "u", "text": '{"ssn": "536-90"}'}])),
    ("a log", call(), said(method="notifications/message", params={"level": "info", "data": {"ssn": "536-90"}})),
    ("an error", call(), said(id=1, error={"code": 1, "message": "no", "data": {"user": {"ssn": "536-90"}}})),
    ("a field of its own", call(), result(user={"ssn": "536-90"})),
    ("a result that is no object", call(), said(id=1, result='{"ssn": "536-90"}')),
    ("a question", call(), request("elicitation/create", "e", message="ssn: 536-90")),
)


@pytest.mark.parametrize(("asked", "answer"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_whatever_a_server_says(asked: object, answer: object) -> None:
    made = exchanged(gate(RULES), asked, answer, stream=True)
    assert b"536-90" not in made.received
    assert b"[SSN_" in made.received


def test_only_of_the_tool_that_the_rule_names() -> None:
    world = gate("\n  - {id: people, mask: {fields: ssn}, match: {tool: who}}\n")
    answer = result(structuredContent={"ssn": 536})
    assert b"536" not in exchanged(world, call("who"), answer).received
    assert b"536" in exchanged(world, call("send"), answer).received


@pytest.mark.parametrize("denies", [False, True])
def test_the_record_holds_no_value_however_short(denies: bool) -> None:
    never = "  - {id: never, where: [tool_result], match: {keywords: [zephyr]}, do: deny}\n"
    answer = result(
        structuredContent={"ssn": 536, "note": "zephyr"}, content=[{"type": "text", "text": '{"ssn": 536}'}]
    )
    made = exchanged(gate(RULES + never * denies), call(), answer)
    (record,) = [one for one in made.said if isinstance(one, Record) and one.kind == "answered"]
    written = b"".join(record.parts.values())
    assert b"536" not in written
    assert b"[SSN_" in written
    found = {(one["detector"], one["path"]) for one in record.fact["findings"]}  # type: ignore[attr-defined]
    assert ("field/ssn", "result.structuredContent.ssn") in found


def test_long_numbers_are_looked_at_by_detectors_too() -> None:
    rules = "\n  - {id: long, where: [tool_result], match: {regex: '[0-9]{6,}'}, do: mask}\n"
    told = received(gate(rules), result(structuredContent={"a": 41111111, "b": 411111, "c": [1.5, True]}))
    shown = told["result"]["structuredContent"]  # type: ignore[index]
    assert shown["a"].startswith("[PRIVATE_")
    assert (shown["b"], shown["c"]) == (411111, [1.5, True]), "too short to be anything"


def test_a_number_in_arguments_can_be_denied() -> None:
    rules = "\n  - {id: cards, where: [tool_call], match: {regex: '4[0-9]{15}'}, do: deny, say: No cards.}\n"
    made = ask(gate(rules), call(card=4111111111111111))
    assert made.fact["findings"][0]["path"] == "params.arguments.card"
    assert b"No cards." in made.reply.body


HEAD = "paths: ['GET /people', 'POST /people']"
BODIES = (
    ("JSON", JSON, b'{"people": [{"ssn": "536-90", "n": 1}]}', b'"n": 1'),
    ("numbers", JSON, b'[{"ssn":53690, "n":1}]', b'"n":1'),
    ("CSV", (("content-type", "text/csv"),), b"id,ssn\r\n7,536-90\r\n", b"id,ssn\r\n7,["),
    ("lines", (("content-type", "application/jsonl"),), b'{"ssn": "536-90"}\n', b'{"ssn": "['),
    ("YAML", (("content-type", "application/yaml"),), b"ssn: 536-90\nid: 7\n", b"id: 7"),
)


@pytest.mark.parametrize(("headers", "body", "keeps"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_plain_http(headers: object, body: bytes, keeps: bytes) -> None:
    made = Call(gate(RULES, HEAD)).ask(path="/c/shop/people", method="GET", caller=ADA).recorded()
    made.answered([body], headers)  # type: ignore[arg-type]
    assert b"536" not in made.received
    assert b"[SSN_" in made.received
    assert keeps in made.received
    (record,) = [one for one in made.said if isinstance(one, Record) and one.kind == "answered"]
    assert b"536" not in b"".join(record.parts.values())


def test_a_request_by_plain_http_where_a_rule_looks_there() -> None:
    rules = "\n  - {id: people, mask: {fields: ssn}, where: [prompt]}\n"
    for headers, body in (
        (JSON, b'{"ssn": 536}'),
        ((("content-type", "application/x-www-form-urlencoded"),), b"ssn=536"),
    ):
        made = Call(gate(rules, HEAD)).ask(body, "/c/shop/people", headers=headers, caller=ADA).recorded()
        assert b"536" not in (made.forward.body or b"")
        (record,) = [one for one in made.said if isinstance(one, Record) and one.kind == "decided"]
        assert b"536" not in b"".join(record.parts.values())


def test_a_models_words_have_no_fields() -> None:
    reply = {"id": "m", "type": "message", "role": "assistant", "model": "x", "stop_reason": "end_turn", "usage": {}}
    asked = {"model": "x", "max_tokens": 5, "messages": [{"role": "user", "content": "hi"}]}
    made = Call(gate(RULES)).ask(asked).recorded()
    made.answered({**reply, "content": [{"type": "text", "text": '{"ssn": 536}'}]})
    assert b"536" in made.received


def test_any_cut_of_a_stream() -> None:
    whole = event(result(structuredContent=ROWS))
    outs = set()
    for at in range(0, len(whole), 7):
        made = ask(gate(RULES), call()).answered([whole[:at], whole[at:]], SSE)
        outs.add(made.received)
    assert len(outs) == 1

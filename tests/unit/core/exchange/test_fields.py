"""Named fields in results of tools: masked wherever they stand, the same on every turn, and never written down."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.fields import Fields, reading, written
from sidecar.core.mask.edit import Edit
from sidecar.core.model.named_field import NamedField
from sidecar.core.model.place import Place
from tests.unit.core.exchange.building import MAIL, ask, gate, request
from tests.unit.core.exchange.talking import Session, always, result, text, tool

RULES = """
  - {id: people, mask: {fields: [ssn, "*.salary"]}, how: token}
  - {id: notes, mask: {fields: note}, match: {tool: Bash}}
  - {id: mails, detect: [pii/email], do: mask}
"""
FIELDS = Fields.of([NamedField("ssn"), NamedField("*.salary")], frozenset({Place.TOOL_RESULT}))


def found_in(*texts: str) -> list[list[tuple[str, str]]]:
    return [
        [(one.match.detector, words.encode()[one.match.start : one.match.end].decode()) for one in standing]
        for words, standing in zip(texts, FIELDS.standing(texts), strict=True)
    ]


def test_a_match_stands_between_its_quotes() -> None:
    assert found_in('é {"ssn": "12ü"}') == [[("field/ssn", "12ü")]]
    assert found_in("é,ssn\nü,12\n") == [[("field/ssn", "12")]]
    assert found_in("words about nothing") == [[]]


def test_texts_of_one_result_are_read_together() -> None:
    assert found_in("id,ssn\n", "1,12\n") == [[], [("field/ssn", "12")]]
    assert found_in("id,ssn", "1,12") == [[], [("field/ssn", "12")]]
    assert found_in('{"ssn": "1', '2", "n": 3}') == [[("field/ssn", "1")], [("field/ssn", "2")]]


def test_values_are_read_and_written_as_their_format_wants_it() -> None:
    (standing,) = FIELDS.standing([r'{"ssn": "a\"b", "salary": 5}'])
    asked: list[str] = []
    decide = reading(standing, lambda _, value: asked.append(value) or "new")
    for one in standing:
        decide(one.match, "5" if one.match.detector == "field/*.salary" else r"a\"b")
    assert sorted(asked) == ["5", 'a"b']
    edits = [Edit(one.match.start, one.match.end, "x") for one in standing]
    assert [edit.text for edit in written(standing, edits)] == ["x", '"x"']


@given(st.lists(st.text(alphabet='{}":,ssn alry1é\n'), min_size=1, max_size=3))
def test_any_text(texts: list[str]) -> None:
    for words, standing in zip(texts, FIELDS.standing(texts), strict=True):
        for one in standing:
            assert 0 <= one.match.start < one.match.end <= len(words.encode())
            words.encode()[one.match.start : one.match.end].decode()


def heard(content: object, rules: str = RULES) -> str:
    messages = [
        {"role": "user", "content": "go"},
        {"role": "assistant", "content": [tool("1")]},
        {"role": "user", "content": [result("1", content)]},
    ]
    body = json.loads(ask(gate(rules), request(messages=messages)).forward.body or b"")
    given = body["messages"][2]["content"][0]["content"]
    return given if isinstance(given, str) else "".join(one["text"] for one in given)


@pytest.mark.parametrize(
    ("given", "secret", "keeps", "note"),
    [
        ('[{"ssn": "536-90", "n": 1}]', "536-90", '"n": 1', "JSON"),
        ('{"ssn": "536-90"}\n{"ssn": "536-90"}\n', "536-90", '{"ssn": "[', "JSON lines"),
        ('{"salary": 85000}', "85000", '{"salary": "[', "a number"),
        ("id,ssn\n7,536\n", "536", "7,[", "CSV"),
        ("id\tssn\n7\t536\n", "536", "7\t[", "TSV"),
        (" id | ssn \n----+-----\n  7 | 536\n", "536", "  7 | [", "psql"),
        ("| id | ssn |\n|---|---|\n| 7 | 536 |\n", "536", "| 7 | [", "Markdown"),
        ("+--+---+\n|id|ssn|\n+--+---+\n|7|536|\n+--+---+\n", "536", "|7|[", "mysql"),
        ("user:\n  ssn: 536\n  id: 7\n", "536", "  id: 7", "YAML"),
        ('{"note": "from ' + MAIL + ' with care"}', "with care", '{"note": "[NOTE_', "a field with a mail in it"),
        ([{"type": "text", "text": "id,ssn\n"}, {"type": "text", "text": "7,536\n"}], "536", "7,[", "in parts"),
    ],
)
def test_masked(given: object, secret: str, keeps: str, note: str) -> None:
    told = heard(given)
    assert secret not in told, note
    assert keeps in told, note


def test_what_people_write_is_no_result() -> None:
    call = ask(gate(RULES), request("ssn: 536"))
    assert b"ssn: 536" in (call.forward.body or b"")


def test_a_stricter_rule_counts_all_the_same() -> None:
    denied = RULES + "  - {id: never, where: [tool_result], detect: [pii/email], do: deny, deny: {as: error}}\n"
    messages = [
        {"role": "assistant", "content": [tool("1")]},
        {"role": "user", "content": [result("1", f'{{"ssn": "{MAIL}"}}')]},
    ]
    assert ask(gate(denied), request(messages=messages)).reply.status == 400


@pytest.mark.parametrize("stream", [True, False])
def test_the_past_stays_and_the_agent_gets_its_values_back(stream: bool) -> None:
    session = Session(gate(RULES), stream=stream)
    session.turn("go", always(text("I look."), tool("1")))
    rows = 'ssn,salary\n536-90,85000\n"a ""b""",1\n'
    session.turn([result("1", rows)], lambda said: [tool("2", "Pay", to=said.split("salary\\n")[1].split(",")[0])])
    assert session.got[-1]["input"] == {"to": "536-90"}
    session.turn([result("2", '{"ssn": "536-90"}')], always(text("Done.")))
    session.turn("and now?", always(text("Nothing.")))


@pytest.mark.parametrize("parts", [("id,ssn,salary\n7,53,8\n",), ("id,ssn,salary\n", "7,53,8\n")])
def test_the_record_names_the_field_and_not_the_value(parts: tuple[str, ...]) -> None:
    content = [{"type": "text", "text": part} for part in parts]
    messages = [
        {"role": "assistant", "content": [tool("1")]},
        {"role": "user", "content": [result("1", content)]},
    ]
    call = ask(gate(RULES), request(messages=messages))
    decided = call.one(Record)
    told = decided.fact["findings"]
    assert [(one["detector"], one["rule"]) for one in told] == [("field/ssn", "people"), ("field/*.salary", "people")]
    kept = b"".join(decided.parts.values()).decode()
    assert "id,ssn,salary" in kept
    assert "7,53,8" not in kept
    assert all(one["placeholder"] in kept for one in told)
    assert "53" not in json.dumps(told)


def test_in_shadow_nothing_changes_but_the_record() -> None:
    rules = "\n  - {id: people, mask: {fields: ssn}, stage: shadow}\n"
    assert "7,53" in heard("id,ssn\n7,53\n", rules)


def test_random_cuts_of_a_stream_do_not_matter() -> None:
    session = Session(gate(RULES), random=Random(3))  # noqa: S311
    session.turn("go", always(tool("1")))
    session.turn([result("1", "ssn: 536")], lambda said: [text(f"It is {said[said.index('[SSN') :][:14]}.")])
    assert session.got == [text("It is 536.")]

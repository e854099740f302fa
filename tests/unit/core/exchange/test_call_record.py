"""What the record is told of a tool call."""

import json

import pytest

from sidecar.core.exchange.commands import Record, SendAnswer
from tests.unit.core.exchange.building import KEY, MAIL
from tests.unit.core.exchange.calling import ID, answer, calling, use

WORLD = calling()


def records(call: object) -> list[Record]:
    return [one for one in call.said if isinstance(one, Record) and one.kind == "tool_call"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (use("ls"), ("reads", "allow", None, "passes")),
        (use("rm x"), ("destroys_data", "deny", "destroys", "renamed")),
        (use("x", "Words"), ("reads", "deny", "words", "words")),
        (use("rm x", kind="server_tool_use"), ("destroys_data", "deny", "destroys", "ends")),
    ],
)
def test_one_fact_for_each_call_before_it_leaves(
    one: dict[str, object], expected: tuple[str, ...], stream: bool
) -> None:
    call = answer(WORLD, one, stream=stream)
    (record,) = records(call)
    fact = record.fact
    assert (fact["effects"], fact["verdict"], fact["rule"], fact["left_as"]) == ([expected[0]], *expected[1:])
    assert (fact["exchange"], fact["session"], fact["call"], fact["tool"]) == ("gx_1", "s-1", ID, one["name"])
    assert not record.wait
    sent = [place for place, said in enumerate(call.said) if isinstance(said, SendAnswer) and b"tool" in said.data]
    assert all(call.said.index(record) < place for place in sent)


def test_what_it_would_have_done_is_kept_masked() -> None:
    call = answer(WORLD, use(f"rm {MAIL} {KEY}"), stream=True)
    (record,) = records(call)
    digest = record.fact["input"]["part"]
    shown = json.loads(record.parts[digest])["command"]
    assert shown.startswith("rm [EMAIL_")
    assert "[KEY_" in shown
    assert record.fact["objects"][0]["kind"] == "path"
    assert KEY not in json.dumps(record.fact) + record.parts[digest].decode()
    assert MAIL not in json.dumps(record.fact) + record.parts[digest].decode()


def test_what_a_rule_in_shadow_would_have_done() -> None:
    (record,) = records(answer(WORLD, use("x", "Read"), stream=True))
    assert (record.fact["verdict"], record.fact["shadow"]) == ("allow", [{"action": "deny", "rule": "dark"}])


def test_a_name_that_may_not_be_stored() -> None:
    (record,) = records(answer(WORLD, use("ls", KEY, id=KEY), stream=True))
    assert KEY not in json.dumps(record.fact)

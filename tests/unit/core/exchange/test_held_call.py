"""A tool call that waits: what people are asked, and what names exactly this call."""

import pytest

from sidecar.core.approval.asked import Asked, What
from sidecar.core.exchange.commands import Ask
from sidecar.core.exchange.held_call import canonical
from sidecar.core.exchange.holding import PATIENCE
from tests.unit.core.exchange.building import KEY, MAIL
from tests.unit.core.exchange.calling import ID, RULES, asking, calling, use
from tests.unit.core.exchange.held import question


def asked(one: dict[str, object], stream: bool = True, rules: str = RULES) -> Asked:
    return question(asking(calling(rules), one, stream=stream).said)


def test_the_card_shows_the_call_and_what_it_would_do() -> None:
    card = asked(use(f"buy {KEY} for {MAIL}"))
    assert (card.what, card.tool, card.call, card.rule) == (What.TOOL_CALL, "Bash", ID, "asks")
    assert (card.id, card.why, card.terms.approvers) == ("gx_1.call1.1", "Somebody looks at it.", ("sre",))
    given, would = card.content
    assert given.title == "Tool Bash"
    assert given.text.startswith("command: buy [KEY_")
    assert would.title == "What it would do"
    assert would.text.startswith("spends: buy [KEY_")
    for secret in (KEY, MAIL):
        assert secret not in given.text + would.text


@pytest.mark.parametrize(
    ("note", "other", "same"),
    [
        ("the keys in another order", {"b": "buy", "command": "buy"}, True),
        ("another value", {"command": "buy", "b": "buy!"}, False),
        ("one more", {"command": "buy", "b": "buy", "c": 1}, False),
    ],
)
def test_the_fingerprint_is_of_tool_and_input(note: str, other: dict[str, object], same: bool) -> None:
    one = asked({**use("buy"), "input": {"command": "buy", "b": "buy"}})
    again = asked({**use("buy", id="toolu_other"), "input": other}, stream=False)
    assert (one.fingerprint == again.fingerprint) is same
    tool = asked({**use("buy", name="Zsh"), "input": {"command": "buy", "b": "buy"}})
    assert tool.fingerprint != one.fingerprint


def test_canonical() -> None:
    assert canonical(({"b": 1, "a": ["\u2028"]},)) == canonical(({"a": ["\u2028"], "b": 1},))
    assert canonical(("x",)) != canonical((["x"],))


def test_a_stream_waits_as_long_as_the_rule_says() -> None:
    rules = RULES.replace("approvers: [sre]", "timeout: 2h")
    for stream, patience in ((True, 7201.0), (False, PATIENCE)):
        call = asking(calling(rules), use("buy"), stream=stream)
        assert [one.patience for one in call.said if isinstance(one, Ask)] == [patience]

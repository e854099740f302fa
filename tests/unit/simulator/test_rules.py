from collections.abc import Callable

import pytest

from sidecar.core.errors import Refused
from sidecar.simulator.ask import Ask
from sidecar.simulator.rules import check


def use(name: str) -> dict[str, object]:
    return {"type": "tool_use", "id": name, "name": "Bash", "input": {}}


def result(name: str) -> dict[str, object]:
    return {"type": "tool_result", "tool_use_id": name, "content": "x"}


LEGAL = [
    (["hi"], {}, "one prompt"),
    (["hi", ("assistant", [use("a"), use("b")]), ("user", [result("b"), result("a")])], {}, "results in any order"),
    (
        ["hi", ("assistant", [use("a")]), ("assistant", [use("b")]), ("user", [result("a"), result("b")])],
        {},
        "two answers in a row",
    ),
    (["hi", ("assistant", [use("a")]), ("system", "x"), ("user", [result("a")])], {}, "a system message in between"),
    (["hi", ("assistant", [use("a")]), ("user", [result("a")]), ("user", "more")], {}, "two messages of the user"),
    (["hi", ("assistant", "so far")], {}, "a prefilled answer"),
    (["hi"], {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048}, "a budget below the limit"),
]
ILLEGAL = [
    ([("assistant", "hi")], {}, "first message", "the model begins"),
    (["hi", ("assistant", [use("a")])], {}, "messages.1: `tool_use` ids were found", "no result at the end"),
    (["hi", ("assistant", [use("a")]), ("user", "no")], {}, "`tool_use` ids were found", "a call that is not answered"),
    (
        ["hi", ("assistant", [use("a")]), ("user", [result("b")])],
        {},
        "messages.2.content.0: unexpected `tool_use_id`",
        "another's result",
    ),
    (
        ["hi", ("assistant", [use("a")]), ("user", [result("a"), result("a")])],
        {},
        "messages.2.content.1",
        "a result twice",
    ),
    (["hi", ("assistant", "x"), ("user", [result("a")])], {}, "unexpected `tool_use_id`", "a result without a call"),
    (
        ["hi", ("assistant", [use("a")]), ("user", "no"), ("assistant", "x"), ("user", [result("a")])],
        {},
        "messages.1:",
        "answered too late",
    ),
    (["hi"], {"tools": [{"name": "A"}, {"name": "A"}]}, "unique", "one name twice"),
    (
        ["hi"],
        {"thinking": {"type": "enabled", "budget_tokens": 4096}, "max_tokens": 4096},
        "budget_tokens",
        "a budget as large as the limit",
    ),
    (
        ["hi"],
        {"thinking": {"type": "enabled", "budget_tokens": 10}, "max_tokens": 4096},
        "budget_tokens",
        "a budget too small",
    ),
    (["hi", ("assistant", "so far ")], {}, "trailing whitespace", "a prefilled answer that ends in a space"),
]


@pytest.mark.parametrize(("said", "fields", "note"), LEGAL)
def test_legal(said: list[object], fields: dict[str, object], note: str, make_ask: Callable[..., Ask]) -> None:
    check(make_ask(*said, **fields))


@pytest.mark.parametrize(("said", "fields", "message", "note"), ILLEGAL)
def test_illegal(
    said: list[object], fields: dict[str, object], message: str, note: str, make_ask: Callable[..., Ask]
) -> None:
    with pytest.raises(Refused) as caught:
        check(make_ask(*said, **fields))
    assert message in caught.value.message, note
    assert caught.value.status == 400

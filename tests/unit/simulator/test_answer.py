from collections.abc import Callable

import pytest

from sidecar.simulator.answer import Answers
from sidecar.simulator.ask import Ask
from sidecar.simulator.reply import Reply, Say, Think, Use

Make = Callable[..., Ask]
USE = {"type": "tool_use", "id": "t", "name": "Bash", "input": {}}
RESULT = ("user", [{"type": "tool_result", "tool_use_id": "t", "content": "one\ntwo"}])
BY_HEART = [
    (["mail me at a@b.c"], "This is what reached me:\n> mail me at a@b.c", "the prompt"),
    (["line\nline"], "This is what reached me:\n> line\n> line", "of several lines"),
    (["run", ("assistant", [USE]), RESULT], "The tool gave me back:\n> one\n> two", "a tool's result"),
    ([("user", [{"type": "image", "source": {}}])], "This is what reached me:\n> (no text)", "nothing to read"),
]


@pytest.mark.parametrize(("said", "answer", "note"), BY_HEART)
def test_by_heart(said: list[object], answer: str, note: str, make_ask: Make) -> None:
    assert Answers().choose(make_ask(*said)).parts == (Say(answer),), note


def test_a_request_for_json_gets_json(make_ask: Make) -> None:
    reply = Answers().choose(make_ask("a title please", output_config={"format": {"type": "json_schema"}}))
    assert reply.parts[0].text.startswith('{"title"')


@pytest.mark.parametrize(
    ("prompt", "kinds", "note"),
    [
        ("[[think]] hi", [Think, Say], "thinking alone is no answer"),
        ('[[block:{"type":"x"}]] hi', None, "nor is a strange block"),
        ("[[slow:1]] hi", [Say], "nor is a delay"),
        ("[[tool:Bash]]", [Use], "a call is one"),
        ("[[status:500]]", [], "and so is a failure"),
    ],
)
def test_an_answer_always_says_something(prompt: str, kinds: list[type] | None, note: str, make_ask: Make) -> None:
    parts = Answers().choose(make_ask(prompt)).parts
    assert ([type(part) for part in parts] == kinds) if kinds is not None else isinstance(parts[-1], Say), note


def test_the_script_comes_first(make_ask: Make) -> None:
    answers = Answers(lambda ask: Reply((Say("scripted"),)) if ask.prompt() == "[[say:x]] yes" else None)
    assert answers.choose(make_ask("[[say:x]] yes")).parts == (Say("scripted"),)
    assert answers.choose(make_ask("[[say:x]] no")).parts == (Say("x"),)


def test_a_failure_that_ends_is_counted_per_prompt(make_ask: Make) -> None:
    answers = Answers()
    one, other = make_ask("[[status:529 2]] a"), make_ask("[[status:529 1]] b")
    assert [bool(answers.choose(ask).failure) for ask in (one, other, one, one, other)] == [
        True,
        True,
        True,
        False,
        False,
    ]

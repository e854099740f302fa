"""What must hold for a denial, as an error and as an answer: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.refusing import Answered, Refused, judged_answer, judged_refusal
from tests.unit.processes.demo.made_up import broken, received, turn

SAID = "API Error: 400 Blocked by policy rule no-zephyr: Not here. (exchange gx_1)"
REFUSED = Refused(turn(SAID, failed=True), ())
ANSWERED = Answered(turn("Blocked by policy rule no-force: Not by force."), turn("Here is: builds", tools=1), True)


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (REFUSED, [], "all well"),
        (replace(REFUSED, turn=turn("API Error: 400 (exchange gx_1)", failed=True)), [0], "no rule is named"),
        (replace(REFUSED, turn=turn("rule no-zephyr: no.", failed=True)), [1], "no exchange is named"),
        (replace(REFUSED, turn=turn(SAID)), [2], "it looks like an answer"),
        (replace(REFUSED, received=(received("x"),)), [3], "the model was asked"),
    ],
)
def test_refusal(seen: Refused, wrong: list[int], note: str) -> None:
    assert broken(judged_refusal(seen)) == wrong, note


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (ANSWERED, [], "all well"),
        (replace(ANSWERED, first=turn("It is gone.")), [0], "no sentence"),
        (replace(ANSWERED, first=turn("rule no-force:", failed=True)), [1], "the run ended"),
        (replace(ANSWERED, second=turn("x", tools=1, failed=True)), [1], "the next one failed"),
        (replace(ANSWERED, left=False), [2], "the folder is gone"),
        (replace(ANSWERED, first=turn("rule no-force:", tools=1)), [2], "the tool ran"),
        (replace(ANSWERED, second=turn("rule no-force:")), [3], "no tool runs any more"),
    ],
)
def test_answer(seen: Answered, wrong: list[int], note: str) -> None:
    assert broken(judged_answer(seen)) == wrong, note

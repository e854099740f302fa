"""What must hold while a command waits for a person: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.holding import Evidence, Waiting, judged
from sidecar.processes.demo.play import DEPLOYED, DEPLOYING
from tests.unit.processes.demo.made_up import broken, turn

CARD = {"content": [{"title": "Tool Bash", "text": DEPLOYING}, {"title": "It would", "text": "runs_code: it"}]}
WAITING = Waiting(CARD, 0, False, 403)
GOOD = Evidence(WAITING, turn(DEPLOYED), 1, 0.2)


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, waiting=None), [0, 1, 2, 3], "nobody was asked"),
        (replace(GOOD, waiting=replace(WAITING, ticket={"content": []})), [0, 1], "the card is empty"),
        (replace(GOOD, waiting=replace(WAITING, ran=1)), [2], "it ran meanwhile"),
        (replace(GOOD, waiting=replace(WAITING, ended=True)), [2], "the agent did not wait"),
        (replace(GOOD, waiting=replace(WAITING, own=200)), [3], "an agent approves for itself"),
        (replace(GOOD, ran=0), [4], "it never ran"),
        (replace(GOOD, ran=2), [4], "it ran twice"),
        (replace(GOOD, turn=turn("Blocked.", failed=True)), [5], "the run broke"),
        (replace(GOOD, turn=turn("It did not run.")), [5], "another answer"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note

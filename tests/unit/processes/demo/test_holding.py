"""What must hold while a call waits for a person: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.holding import SENT, Evidence, Waiting, judged
from sidecar.processes.demo.play import DEPLOYED
from tests.unit.processes.demo.made_up import broken, received, turn

WAITING = Waiting({"content": [{"text": SENT}]}, (), False, 403)
GOOD = Evidence(WAITING, turn(DEPLOYED), (received("x"),), 0.2)


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, waiting=None), [0, 1, 2], "nobody was asked"),
        (replace(GOOD, waiting=replace(WAITING, ticket={"content": []})), [0], "the card is empty"),
        (replace(GOOD, waiting=replace(WAITING, reached=(received("x"),))), [1], "the model was asked meanwhile"),
        (replace(GOOD, waiting=replace(WAITING, ended=True)), [1], "the agent did not wait"),
        (replace(GOOD, waiting=replace(WAITING, own=200)), [2], "an agent approves for itself"),
        (replace(GOOD, turn=turn("Blocked.", failed=True)), [3], "it was refused"),
        (replace(GOOD, turn=turn("Something else.")), [3], "another answer"),
        (replace(GOOD, received=()), [4], "the model was never asked"),
        (replace(GOOD, received=(received("x"), received("x"))), [4], "the model was asked twice"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note

"""What must hold for a secret in a prompt: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.masking import Evidence, judged
from sidecar.processes.demo.planted import planted
from tests.unit.processes.demo.made_up import broken, received, turn

PLANTED = planted()
KEY, MAIL = PLANTED.key.value, PLANTED.mail.value
GOOD = Evidence(PLANTED, (received("Why does [AWS_KEY_ID_X] not work? [EMAIL_Y]"),), turn(f"> {MAIL}"))


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, received=()), [0], "the model was never asked"),
        (replace(GOOD, turn=turn(MAIL, failed=True)), [0], "the turn failed"),
        (replace(GOOD, received=(received("x"), received(KEY))), [1], "the key arrived, later"),
        (replace(GOOD, received=(received(KEY[12:]),)), [1], "half of it arrived"),
        (replace(GOOD, received=(received(MAIL),)), [2], "the address arrived"),
        (replace(GOOD, turn=turn("> [EMAIL_Y]")), [3], "the agent sees the token"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note

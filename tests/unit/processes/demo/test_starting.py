"""What must hold when the gate has started: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.starting import Evidence, judged
from tests.unit.processes.demo.made_up import answer, broken, error

REFUSED = error(401, "The gate asks for a token: set ANTHROPIC_AUTH_TOKEN to one.")
GOOD = Evidence(REFUSED, REFUSED, answer(200), 1)


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, stranger=answer(200)), [0], "anybody comes in"),
        (replace(GOOD, stranger=error(401, "no")), [0], "a sentence that helps nobody"),
        (replace(GOOD, late=error(403, "set ANTHROPIC_AUTH_TOKEN")), [1], "another status"),
        (replace(GOOD, known=answer(500)), [2], "nobody comes in"),
        (replace(GOOD, reached=3), [3], "the model was asked all the same"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note

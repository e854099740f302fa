"""What must hold for harmless bytes: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.passing import Evidence, Pair, judged
from tests.unit.processes.demo.made_up import answer, broken

SENT = b'{ "a":1}'
SAME = answer(200, b"event: x", **{"request-id": "r1", "date": "today"})
GATED = answer(200, b"event: x", **{"request-id": "r1", "date": "tomorrow", "x-gatehouse-exchange": "gx_1"})
PAIR = Pair("stream", SENT, SAME, GATED, (SENT, SENT))


@pytest.mark.parametrize(
    ("pair", "wrong", "note"),
    [
        (PAIR, [], "all well"),
        (replace(PAIR, arrived=(SENT, b'{"a":1}')), [0], "a blank is missing"),
        (replace(PAIR, arrived=(b"", SENT)), [0], "the other model got nothing: nothing is compared"),
        (replace(PAIR, gated=replace(GATED, pieces=answer(200, b"event:x").pieces)), [1], "another byte"),
        (replace(PAIR, direct=replace(SAME, pieces=()), gated=replace(GATED, pieces=())), [1], "nothing came at all"),
        (replace(PAIR, gated=replace(GATED, broken="reset")), [1], "it broke off"),
        (replace(PAIR, gated=replace(GATED, status=500)), [2], "another status"),
        (replace(PAIR, gated=answer(200, b"event: x", **{"request-id": "r2"})), [2], "another header"),
        (replace(PAIR, gated=answer(200, b"event: x")), [2], "a header is missing"),
    ],
)
def test_judged(pair: Pair, wrong: list[int], note: str) -> None:
    assert broken(judged(Evidence((pair,)))) == wrong, note
    assert broken(judged(Evidence((PAIR, pair)))) == [at + 2 for at in wrong], note

"""What must hold for a conversation: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.planted import planted
from sidecar.processes.demo.talking import Evidence, Report, judged
from tests.unit.processes.demo.made_up import broken, turn

PLANTED = planted()
TURNS = (turn(tools=2, thoughts=3), turn(tools=1, thoughts=2, cache=100), turn(thoughts=1, cache=90))
GOOD = Evidence(PLANTED, TURNS, f"{PLANTED.mail.value}\n", b"[GITHUB_TOKEN_X] [EMAIL_Y]", Report(0, 9, 9))


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, turns=(*TURNS, turn(failed=True, cache=1))), [0], "a turn failed"),
        (replace(GOOD, turns=(turn(thoughts=3), turn(cache=1))), [0], "no tools"),
        (replace(GOOD, turns=(turn(tools=3), turn(cache=1))), [0], "no thoughts"),
        (replace(GOOD, arrived=PLANTED.token.value.encode()), [1], "the token arrived"),
        (replace(GOOD, arrived=PLANTED.mail.value.encode()), [1], "the address arrived"),
        (replace(GOOD, arrived=b""), [1], "nothing arrived"),
        (replace(GOOD, copied="[EMAIL_Y]"), [2], "the tool wrote the token"),
        (replace(GOOD, copied=""), [2], "no tool wrote"),
        (replace(GOOD, report=Report(1, 9, 9)), [3], "a complaint"),
        (replace(GOOD, report=Report(0, 0, 9)), [3], "no signature came back"),
        (replace(GOOD, report=Report(0, 9, 0)), [3], "no answer came back"),
        (replace(GOOD, turns=(*TURNS[:2], turn(cache=0))), [4], "the cache went cold"),
        (replace(GOOD, turns=(turn(tools=3, thoughts=3),)), [4], "one turn shows no cache"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note


def test_a_report_counts_from_a_moment_on() -> None:
    then = Report.of({"complaints": [{}], "signatures_checked": 2, "answers_replayed": 3})
    now = Report.of({"complaints": [{}, {}], "signatures_checked": 7, "answers_replayed": 9})
    assert now.since(then) == Report(1, 5, 6)

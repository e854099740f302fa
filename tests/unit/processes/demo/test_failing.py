"""What must hold when the data plane is killed: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.processes.demo.failing import Evidence, judged
from sidecar.processes.demo.play import STORY, STORY_END
from tests.unit.processes.demo.made_up import answer, broken, error, streamed, turn

GONE = error(500, "The gate is not available.")
TOLD = turn("API Error: 500 The gate is not available.", failed=True)
GOOD = Evidence(GONE, streamed("Once ", "upon ", why="reset"), GONE, TOLD, 0, True, 1.5, turn("here again"))


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, half=answer(200)), [0], "half a request was answered"),
        (replace(GOOD, half=answer(0, b"", "reset")), [0], "a broken connection is no sentence"),
        (replace(GOOD, story=streamed("Once ", STORY_END)), [1], "the rest came unjudged"),
        (replace(GOOD, story=streamed(STORY, why="reset")), [1], "all of it came, then it broke off"),
        (replace(GOOD, story=streamed("Once ")), [1], "it ended as if it were whole"),
        (replace(GOOD, story=streamed(why="reset")), [1], "nothing had come: nothing was in the middle"),
        (replace(GOOD, late=answer(200)), [2], "let through"),
        (replace(GOOD, late=answer(500, b"upstream connect error")), [2], "no sentence"),
        (replace(GOOD, told=turn("fine")), [3], "the agent got an answer"),
        (replace(GOOD, told=turn("API Error: 500", failed=True)), [3], "the agent shows no sentence"),
        (replace(GOOD, reached=1), [4], "the model was asked"),
        (replace(GOOD, back=False), [5], "it stayed away"),
        (replace(GOOD, again=turn(failed=True)), [5], "the session is lost"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note


def test_an_error_event_is_a_way_to_break_off() -> None:
    story = streamed("Once ")
    ended = replace(story, pieces=(*story.pieces, *answer(200, b"event: error\ndata: {}\n\n").pieces))
    assert broken(judged(replace(GOOD, story=ended))) == []

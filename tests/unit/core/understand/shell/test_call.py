"""The values that pass between the parts."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import HOLE, Call, Reading, Stream, Word, deed, does, joined, path


def test_a_hole_is_not_known_and_shown_as_such() -> None:
    word = Word(f"a{HOLE}")
    assert (word.known, word.shown, Word("a").known) == (False, "a…", True)


def test_what_is_shown_of_a_call_is_short() -> None:
    assert Call("rm", (Word("a"),)).shown == "rm a"
    assert len(Call("rm", (Word("a" * 500),)).shown) == 120


def test_readings_are_joined_and_the_last_output_counts() -> None:
    call = Call("rm", (Word("a"),))
    both = joined(does(Effect.DELETES, call, path("a")), Reading(unread=("x",), out=Stream("y")), Reading())
    assert both.deeds == (deed(Effect.DELETES, "rm a", path("a")),)
    assert (both.unread, both.out) == (("x",), Stream("y"))

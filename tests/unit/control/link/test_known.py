"""Whom people have stopped, as a data plane knows it."""

from hashlib import sha256

import pytest
from hypothesis import given, settings, strategies

from sidecar.control.link.known import Known
from sidecar.core.model.block import Block, Target
from sidecar.core.model.caller import Caller

CALLER = Caller("dev", "company", claimed_session="s1", claimed_agent="a1", token="t1", issued=100.0)
TOKEN = sha256(b"t1").hexdigest()
CASES = [
    (Target.SESSION, "s1", None, True),
    (Target.SESSION, "s2", None, False),
    (Target.SUBJECT, "dev", None, True),
    (Target.SUBJECT, "dev", 100.0, True),
    (Target.SUBJECT, "dev", 99.0, False),
    (Target.AGENT, "a1", None, True),
    (Target.CONNECTION, "claude", None, True),
    (Target.CONNECTION, "other", None, False),
    (Target.TOKEN, TOKEN, None, True),
    (Target.TOKEN, "t1", None, False),
    (Target.ALL, "", None, True),
]


@pytest.mark.parametrize(("target", "value", "before", "stopped"), CASES)
def test_who_is_stopped(target: Target, value: str, before: float | None, stopped: bool) -> None:
    known = Known()
    block = Block("b", target, value, "Stop.", 1.0, before)
    known.replace(1, (Block("x", Target.SUBJECT, "other", "Stop.", 1.0), block))
    assert (known.against(CALLER, "claude") == block) is stopped
    assert len(known) == 2


def test_nobody_is_stopped_before_anything_was_heard() -> None:
    known = Known()
    assert (known.version, known.against(CALLER, "claude")) == (None, None)
    assert Known().against(Caller("", ""), "") is None


VALUES = strategies.sampled_from(["s1", "dev", "a1", "claude", TOKEN, "", "other"])
BLOCKS = strategies.builds(
    Block, strategies.just("b"), strategies.sampled_from(Target), VALUES, strategies.just("."), strategies.just(1.0),
    strategies.sampled_from([None, 99.0, 100.0]),
)  # fmt: skip


@given(strategies.lists(BLOCKS, max_size=6))
@settings(max_examples=150)
def test_the_index_says_what_each_block_says(blocks: list[Block]) -> None:
    known = Known()
    known.replace(1, blocks)
    found = known.against(CALLER, "claude")
    stops = [block for block in blocks if block.stops(CALLER, "claude")]
    assert (found in stops) if stops else found is None


def test_watchers_are_told_until_they_stop() -> None:
    known, told = Known(), []
    stop = known.watch(lambda: told.append("one"))
    known.watch(lambda: told.append("two"))
    known.replace(1, ())
    stop()
    stop()
    known.replace(2, ())
    assert told == ["one", "two", "two"]


def test_a_control_plane_that_begins_anew_is_believed() -> None:
    known = Known()
    known.replace(9, (Block("b", Target.ALL, "", "Stop.", 1.0),))
    known.replace(0, ())
    assert known.against(CALLER, "claude") is None

"""What an exchange asks of the world: values, whose `repr` may end in a log."""

from dataclasses import FrozenInstanceError

import pytest

from sidecar.core.exchange.commands import Ask, Command, Fail, Forward, Record, Respond, SendAnswer, StartAnswer, WakeAt
from tests.unit.core.exchange.building import KEY
from tests.unit.core.exchange.held import asked

ALL: tuple[Command, ...] = (
    Record("decided", {}),
    Ask(asked(content=KEY), 540.0),
    Forward("claude", "/", (), (), KEY.encode()),
    Respond(200, (), KEY.encode()),
    StartAnswer(),
    SendAnswer(KEY.encode()),
    WakeAt(1.0),
    Fail("why"),
)


@pytest.mark.parametrize("command", ALL, ids=[type(one).__name__ for one in ALL])
def test_frozen_and_silent(command: Command) -> None:
    assert KEY not in repr(command)
    assert not hasattr(command, "__dict__")
    with pytest.raises(FrozenInstanceError):
        setattr(command, command.__slots__[0], None)


def test_a_record_is_waited_for_unless_it_says_otherwise() -> None:
    assert Record("decided", {}).wait
    assert not Record("cut", {}, wait=False).wait


def test_bodies_are_compared_though_they_are_not_shown() -> None:
    assert Forward("c", "/", (), (), b"a") != Forward("c", "/", (), (), b"b")
    assert SendAnswer(b"a") != SendAnswer(b"b")

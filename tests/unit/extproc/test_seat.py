"""What all dialogues share."""

from tests.unit.extproc.playbook import Stage


def test_a_seat_does_not_show_the_route_secret() -> None:
    seat = Stage({}).seat
    assert seat.secret not in repr(seat)


def test_the_clock_moves_forward() -> None:
    seat = Stage({}).seat
    assert type(seat)(seat.exchange, seat.recorder, seat.vault, "s").clock() > 0

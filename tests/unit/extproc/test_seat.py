"""What all dialogues share."""

from sidecar.core.approval.answer import Outcome
from sidecar.core.model.caller import Caller
from sidecar.extproc.seat import Nobody
from tests.unit.core.exchange.held import asked
from tests.unit.extproc.playbook import Stage


def test_a_seat_does_not_show_the_route_secret() -> None:
    seat = Stage({}).seat
    assert seat.secret not in repr(seat)


def test_the_clock_moves_forward() -> None:
    seat = Stage({}).seat
    assert type(seat)(seat.exchange, seat.recorder, seat.vault, "s").clock() > 0


async def test_without_a_control_plane_nobody_can_be_asked_and_nobody_is_stopped() -> None:
    nobody = Nobody()
    answer = await nobody.ask(asked(), 60.0)
    assert (answer.outcome, answer.message) == (Outcome.UNAVAILABLE, "no control plane is configured at this gate")
    assert nobody.against(Caller("ada", "company"), "claude") is None
    nobody.watch(lambda: None)()

"""Sessions that a rule stopped: told to the control plane until it knows, and lifted there."""

from pathlib import Path

from google.protobuf.message import Message

from sidecar.control import messages
from sidecar.control.link.stops import MOST, Stops
from sidecar.core.exchange.quarantine import Quarantine
from sidecar.core.model.action import Action
from sidecar.core.model.block import Block, Target
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Verdict
from tests.gates import linked, plane, seen
from tests.polling import until

ADA = Caller("ada", "company", (), "s-1")
VERDICT = Verdict(Action.DENY, "stops", "p", "Not that.", quarantine=True)


def block(number: int) -> Block:
    return Block(f"q_{number}", Target.QUARANTINE, f"company/ada/{number}", "Stopped.", 1.0)


def test_said_until_it_stands() -> None:
    said: list[Message] = []
    known: list[str] = []
    stops = Stops(said.append)
    stops.known = known.append
    stops.stop(block(1))
    stops.stop(block(2))
    assert said == [messages.stop_message(block(1)), messages.stop_message(block(2))]
    stops.stands("q_1")
    stops.stands("q_1")
    assert known == ["q_1"]
    assert list(stops.unheard()) == [messages.stop_message(block(2))]


def test_bounded() -> None:
    stops = Stops(lambda _: None)
    for number in range(MOST + 3):
        stops.stop(block(number))
    assert len(stops) == MOST


async def test_it_outlives_the_data_plane_and_people_lift_it(tmp_path: Path) -> None:
    async with plane(f"sqlite://{tmp_path}/control.sqlite") as here:
        async with linked(here.address) as link:
            quarantine = Quarantine(link.stops.stop)
            link.stops.known = quarantine.lift
            quarantine.put(ADA, VERDICT, "gx_1", 1.0)
            assert quarantine.against(ADA), "in force at once"
            await until(lambda: not len(quarantine))
            assert link.blocks.against(ADA, "claude"), "let go here only once it stands there"
        async with linked(here.address) as after:
            (standing,) = await here.blocks.standing()
            assert (standing.block.id, standing.by) == ("q_gx_1", "the gate gate-1")
            found = after.blocks.against(ADA, "claude")
            assert found is not None
            assert "rule stops has stopped this session" in found.reason
            assert after.blocks.against(Caller("bob", "company", (), "s-1"), "claude") is None
            await here.blocks.lift("q_gx_1", "ann")
            await until(lambda: after.blocks.against(ADA, "claude") is None)
            after.stops.stop(standing.block)  # told late: it was lifted meanwhile
            await until(lambda: not len(after.stops))
            assert await here.blocks.all() == ()


async def test_what_nobody_heard_is_said_on_the_next_connection(tmp_path: Path) -> None:
    async with plane(f"sqlite://{tmp_path}/control.sqlite") as here:
        port = here.server.port
        async with linked(here.address) as link:
            await here.server.stop()
            await until(lambda: not link.state.connected)
            link.stops.stop(block(1))
            async with plane(f"sqlite://{tmp_path}/control.sqlite", port) as again:

                async def stands() -> bool:
                    return bool(await again.blocks.all())

                await seen(stands)
                await until(lambda: not len(link.stops))


async def test_a_data_plane_stops_nothing_else(tmp_path: Path) -> None:
    async with plane(f"sqlite://{tmp_path}/control.sqlite") as here, linked(here.address) as link:
        link.stops.stop(Block("b", Target.ALL, "", "Stopped.", 1.0))
        await until(lambda: not link.state.connected)
        assert await here.blocks.all() == ()

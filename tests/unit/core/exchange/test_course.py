"""What several steps of an exchange do, each seen from outside."""

import pytest

from sidecar.core.exchange.course import Course, State
from tests.unit.core.exchange.building import CALLER, gate, request
from tests.unit.core.exchange.held import PROMPT, held, holding


def test_whose_call_it_is() -> None:
    call, _ = held(holding(), request(PROMPT))
    assert call.exchange.who == (CALLER, "claude")


def test_nobody_is_known_before_the_request() -> None:
    assert Course(gate(), "gx_1").who is None


@pytest.mark.parametrize("ask", [Course.current, Course.held], ids=["answer", "people"])
def test_what_never_began_cannot_go_on(ask: object) -> None:
    course = Course(gate(), "gx_1", State.FORWARDED)
    with pytest.raises(RuntimeError):
        ask(course)  # type: ignore[operator]

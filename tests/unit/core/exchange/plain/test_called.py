"""A request over plain HTTP as a call of a tool."""

import pytest

from sidecar.core.exchange.outcome import Arrived
from sidecar.core.exchange.plain.called import as_call
from sidecar.core.exchange.route import route
from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.model.http import RequestHead
from tests.unit.core.exchange.building import CALLER, SHOP

CASES = (
    ("looks", "GET", "/c/shop/orders", None, Effect.READS),
    ("sends", "POST", "/c/shop/orders", b"{}", Effect.LEAVES_MACHINE),
    ("a body, whatever the method", "GET", "/c/shop/orders", b"{}", Effect.LEAVES_MACHINE),
    ("a long query", "GET", "/c/shop/orders?q=" + "words+" * 60, None, Effect.LEAVES_MACHINE),
    ("removes", "DELETE", "/c/shop/orders/7", None, Effect.DESTROYS_DATA),
)


@pytest.mark.parametrize(
    ("method", "path", "body", "effect"), [row[1:] for row in CASES], ids=[row[0] for row in CASES]
)
def test_what_it_does(method: str, path: str, body: bytes | None, effect: Effect) -> None:
    call, understood = as_call(route(path, [SHOP]), Arrived("g", RequestHead(method, path, ()), CALLER, body, 0.0))
    assert call.tool == "http__shop"
    assert (call.effects, call.runs) == ({effect}, False)
    assert list(understood.objects) == [Object(Thing.HOST, "shop.internal")]

"""Which tools a caller was shown."""

from sidecar.core.exchange.mcp.pins import Hidden, Pins, digest_of, written
from sidecar.core.model.action import Action
from sidecar.core.model.finding import Verdict

ADA, EVE = ("tickets", "ada"), ("tickets", "eve")


def test_the_first_sight_counts_for_each_caller() -> None:
    pins = Pins()
    assert not pins.changed(ADA, "send", b"1")
    assert not pins.changed(ADA, "send", b"1")
    assert pins.changed(ADA, "send", b"2")
    assert pins.changed(ADA, "send", b"2"), "seeing it twice makes it no better"
    assert not pins.changed(EVE, "send", b"2")
    assert not pins.changed(("billing", "ada"), "send", b"2")
    pins.accept(ADA, "send", b"2")
    assert not pins.changed(ADA, "send", b"2")
    assert pins.changed(ADA, "send", b"1")


def test_what_is_hidden_is_shown_again() -> None:
    pins, hidden = Pins(), Hidden(b"2", Verdict(Action.DENY), "text")
    pins.hide(ADA, "send", hidden)
    assert pins.hidden(ADA) == {"send": hidden}
    assert pins.hidden(EVE) == {}
    pins.show(ADA, "send")
    assert pins.hidden(ADA) == {}
    pins.hide(ADA, "send", hidden)
    pins.accept(ADA, "send", b"2")
    assert pins.hidden(ADA) == {}
    assert "text" not in repr(hidden)


def test_the_oldest_server_is_forgotten_first() -> None:
    pins = Pins(most=3)
    for shop in (ADA, EVE):
        pins.changed(shop, "a", b"1")
        pins.changed(shop, "b", b"1")
    assert not pins.changed(ADA, "a", b"2"), "forgotten, so seen for the first time"
    assert pins.changed(EVE, "a", b"2"), "the newer one is still known"
    pins = Pins(most=1)
    for tool in "abc":
        pins.changed(ADA, tool, b"1")
    assert pins.changed(ADA, "a", b"2"), "the one in use stays"


def test_a_digest_is_of_what_a_tool_is() -> None:
    one = {"name": "a", "inputSchema": {"x": 1, "y": 2}, "_meta": 1}
    assert digest_of(one) == digest_of({"inputSchema": {"y": 2, "x": 1}, "name": "a"})
    assert digest_of(one) != digest_of({**one, "title": "b"})
    assert digest_of("\ud83d") == digest_of("\ud83d"), "half a surrogate pair has one too"
    assert written(one) == '{"inputSchema":{"x":1,"y":2},"name":"a"}'

"""Which tools a caller was shown."""

from sidecar.core.exchange.mcp.pins import AGAIN, Hidden, Pins, Shelf, Withheld, digest_of, known_as, written
from sidecar.core.exchange.mcp.wish import Act, Wish
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


def test_a_server_pushes_out_its_own_callers_and_nobody_elses() -> None:
    pins = Pins(most=6)
    quiet = ("billing", "ada")
    pins.changed(quiet, "pay", b"1")
    for caller in "abcdefgh":
        for tool in "xyz":
            pins.changed(("loud", caller), tool, b"1")
    assert pins.changed(quiet, "pay", b"2")
    assert pins.changed(("loud", "h"), "x", b"2")
    assert not pins.changed(("loud", "a"), "x", b"2")


def test_nor_its_own_pins_by_ever_new_names() -> None:
    pins = Pins(shown=3)
    for tool in "abc":
        assert not pins.changed(ADA, tool, b"1")
    assert pins.changed(ADA, "d", b"1"), "no first sight any more"
    pins.accept(ADA, "d", b"1")
    assert pins.changed(ADA, "d", b"1")
    assert pins.changed(ADA, "a", b"2")
    assert not pins.changed(ADA, "a", b"1")
    for tool in "abcd":
        pins.hide(ADA, tool, Hidden(b"1", Verdict(Action.DENY), "text"))
    assert list(pins.hidden(ADA)) == ["a", "b", "c"]


def test_names_of_any_length_are_told_apart() -> None:
    pins, long = Pins(), "n" * 1_000_000
    assert known_as("send") == "send"
    assert not pins.changed(ADA, long, b"1")
    assert not pins.changed(ADA, long + "x", b"2")
    assert pins.changed(ADA, long, b"2")
    (shelf,) = pins.changes()
    assert max(map(len, shelf.pinned)) < 100


def test_what_changed_is_handed_out_once_and_comes_back() -> None:
    pins = Pins()
    pins.changed(ADA, "send", b"1")
    pins.hide(ADA, "drop", Hidden(b"2", Verdict(Action.HOLD, "rug", "p", "no"), "text"))
    (shelf,) = pins.changes()
    assert shelf == Shelf(ADA, {"send": b"1"}, {"drop": Withheld(b"2", "rug", "p")})
    assert not pins.changed(ADA, "send", b"1")
    pins.hide(ADA, "drop", Hidden(b"2", Verdict(Action.HOLD, "rug", "p", "no"), "text"))
    assert pins.changes() == (), "seen again, and the same"
    again = Pins()
    again.restore((shelf,))
    assert again.changes() == ()
    assert again.changed(ADA, "send", b"2")
    assert again.hidden(ADA)["drop"].verdict == Verdict(Action.DENY, "rug", "p", AGAIN)
    again.show(ADA, "drop")
    assert again.changes() == (Shelf(ADA, {"send": b"1"}, {}),)


def test_without_trust_a_first_sight_is_a_change_until_it_is_accepted() -> None:
    pins = Pins()
    pins.trusting = False
    assert pins.changed(ADA, "send", b"1")
    assert pins.changed(ADA, "send", b"1")
    pins.accept(ADA, "send", b"1")
    assert not pins.changed(ADA, "send", b"1")


def test_a_person_accepts_what_is_withheld_and_that_alone() -> None:
    pins, shop = Pins(), ("tickets", "company\nada")
    pins.changed(shop, "send", b"1")
    pins.changed(shop, "drop", b"1")
    pins.hide(shop, "send", Hidden(b"2", Verdict(Action.DENY, "rug"), "text"))
    pins.changes()
    assert pins.grant(Wish(Act.ACCEPT, "billing")) == 0
    assert pins.grant(Wish(Act.ACCEPT, "tickets", "eve")) == 0
    assert pins.grant(Wish(Act.ACCEPT, "tickets", "ada")) == 1
    assert pins.hidden(shop) == {}
    assert not pins.changed(shop, "send", b"2")
    assert pins.changed(shop, "send", b"1")
    assert pins.changed(shop, "drop", b"2"), "it was never withheld"
    assert pins.changes()[0].pinned == {"drop": b"1", "send": b"2"}


def test_what_is_forgotten_is_seen_for_the_first_time() -> None:
    pins, shop = Pins(), ("tickets", "company\nada")
    pins.changed(shop, "send", b"1")
    pins.hide(shop, "lure", Hidden(b"2", Verdict(Action.DENY, "rug"), "text"))
    assert pins.grant(Wish(Act.FORGET, "tickets")) == 2
    assert pins.hidden(shop) == {}
    assert not pins.changed(shop, "send", b"9")
    assert pins.changes()[0].pinned == {"send": b"9"}

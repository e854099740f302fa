"""One text of a stream: its events wait until their part is decided."""

from sidecar.core.detect.compiled import Compiled
from sidecar.core.exchange.lane import Lane, Waiting
from sidecar.core.exchange.shown import Item
from sidecar.core.mask.stream import TextStream
from tests.unit.core.exchange.building import CATALOGUE, KEY

COMPILED = Compiled(CATALOGUE)


def lane() -> Lane:
    return Lane(TextStream(COMPILED.stream(), lambda _match, _value: "[X]"))


def fed(one: Lane, *texts: str) -> list[Item]:
    items = []
    for text in texts:
        items.append(Item())
        one.feed(Waiting(items[-1], text, b"raw " + text.encode(), lambda new: b"new " + new.encode()))
    return items


def test_what_is_decided_leaves_as_it_came() -> None:
    one = lane()
    items = fed(one, "hello there. ", "gk-")
    assert [item.data for item in items] == [b"raw hello there. ", None]
    assert one.flush() == ("hello there. gk-", "hello there. gk-")
    assert items[1].data == b"raw gk-"


def test_a_masked_text_is_written_anew_and_both_wordings_are_known_at_the_end() -> None:
    one = lane()
    items = fed(one, "so ", KEY[:8], KEY[8:], " it is. ")
    assert one.flush() == ("so [X] it is. ", f"so {KEY} it is. ")
    assert [item.data for item in items] == [b"raw so ", b"new [X]", b"new ", b"raw  it is. "]


def test_its_repr_holds_no_text() -> None:
    one = lane()
    fed(one, KEY)
    assert KEY not in repr(one) + repr(list(one.waiting))

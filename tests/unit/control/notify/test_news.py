"""What waits in the outbox: all of it comes back, and nothing that is not allowed."""

import json

import pytest

from sidecar.control.notify.news import Garbled, News, read, text
from sidecar.settings.notify import Occasion
from tests.unit.control.notify.told import denied, evil, news, stopped

TOLD = (
    news(),
    news(content=False),
    news(Occasion.DECIDED, denied()),
    news(of=evil()),
    stopped(),
    News(Occasion.TEST, 1.0),
)


@pytest.mark.parametrize("one", TOLD)
def test_it_comes_back_as_it_was(one: News) -> None:
    assert read(text(one)) == one


def test_texts_and_rationales_only_where_they_are_allowed() -> None:
    assert "rm -rf" in text(news())
    assert "rm -rf" not in text(news(content=False))
    assert "because of ships" in text(news(Occasion.DECIDED, denied("because of ships")))
    assert "because of ships" not in text(news(Occasion.DECIDED, denied("because of ships"), content=False))


def test_what_it_is_about() -> None:
    assert (news().about, stopped().about, News(Occasion.TEST, 1.0).about) == ("tk_1", "bl_1", "")


@pytest.mark.parametrize(
    "said",
    ["", "{}", "[]", '{"occasion": "opened", "at": 1}', text(news()).replace('"opened"', '"flown"', 1), "null"],
)
def test_another_version_wrote_it(said: str) -> None:
    with pytest.raises(Garbled, match="another version"):
        read(said)


def test_a_field_too_many_is_another_version() -> None:
    fields = json.loads(text(stopped()))
    fields["stop"]["more"] = 1
    with pytest.raises(Garbled):
        read(json.dumps(fields))

"""The forms of detectors: boundaries and the way from a name to its value."""

import pytest

from sidecar.core.detect.compiled import Compiled
from sidecar.core.detect.forms import after, bounded, named, token


def values(detector: object, text: str) -> list[str]:
    return [text[m.start : m.end] for m in Compiled([detector]).scan(text.encode())]


WAYS = [
    *(
        'acmeToken = "{}"',
        "acme_token: {}",
        "acme-key={}",
        '"acme_token": "{}"',
        'set("ACME_TOKEN", "{}")',
        "acme_key := `{}`",
    ),
    *(
        '"acme" => "{}"',
        "<acmeToken>\n    {}\n</acmeToken>",
        'acme["key"] = "{}"',
        'acme ?= "{}"',
        "ACME_KEY='{}'\\nNEXT=1",
    ),
]


@pytest.mark.parametrize("written", WAYS)
def test_from_a_name_to_its_value_in_every_way_of_writing(written: str) -> None:
    value = "k3J9x" + "QpL2v7"
    assert values(named("acme", "ACME", "acme", "[A-Za-z0-9]{11}"), written.format(value)) == [value]


@pytest.mark.parametrize("written", ["acme {}", "other = {}", "acme = {}9", "acme = -{}"])
def test_without_name_operator_or_end_it_is_none(written: str) -> None:
    assert values(named("acme", "ACME", "acme", "[A-Za-z0-9]{11}"), written.format("k3J9x" + "QpL2v7")) == []


def test_a_token_begins_at_a_word_and_runs_as_far_as_its_letters() -> None:
    detector = token("acme", "ACME", "acme_[a-z0-9]{6,20}")
    assert values(detector, "(acme_k3j9xq7) xacme_k3j9xq7 acme_xxxxxxxx") == ["acme_k3j9xq7"]


def test_a_number_stands_alone() -> None:
    detector = bounded("n", "N", "[0-9]{4}", None)
    assert values(detector, "1234 (5678), 9.1234 a1234 12345 1234-5 =4321.") == ["1234", "5678", "4321"]


@pytest.mark.parametrize(
    "text", ["passport 1234", "Passport No: 1234", "passport number is 1234", 'passport_id="1234"']
)
def test_after_a_word(text: str) -> None:
    assert values(after("n", "N", "passport", "[0-9]{4}", None), text) == ["1234"]

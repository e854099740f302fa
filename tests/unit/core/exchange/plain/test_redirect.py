"""Where a server sends its client; most of it stands in `test_answer`."""

import pytest

from sidecar.core.errors import Refused
from sidecar.core.exchange.plain.redirect import headed

URL = "https://Shop.example:443"


@pytest.mark.parametrize(
    ("location", "here"),
    [
        ("https://shop.example/", "/c/s/"),
        ("https://shop.example", "/c/s/"),
        ("https://shop.example/a?b", "/c/s/a?b"),
        ("//shop.example/a", "/c/s/a"),
        ("/", "/c/s/"),
    ],
)
def test_a_server_without_a_path_of_its_own(location: str, here: str) -> None:
    assert headed((("location", location),), 301, URL, "/c/s") == (("location", here),)


@pytest.mark.parametrize("location", ["https://shop.example//evil.example", "https://shop.example@evil.example/a"])
def test_another_server_in_disguise(location: str) -> None:
    with pytest.raises(Refused, match="around the gate"):
        headed((("location", location),), 307, URL, "/c/s")


def test_no_location() -> None:
    assert headed((), 302, URL, "/c/s") == ()

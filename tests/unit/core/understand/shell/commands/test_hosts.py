"""Hosts that a command line names."""

import pytest

from sidecar.core.understand.shell.call import HOLE, Word
from sidecar.core.understand.shell.commands.hosts import host_of, hosts_in, is_local, looks_like_address


@pytest.mark.parametrize(
    ("text", "host", "local"),
    [
        ("https://me@X.example:8443/a", "x.example", False),
        ("localhost:80/x", "localhost", True),
        ("http://127.0.0.1", "127.0.0.1", True),
        ("http://[::1]/", "[::1]", True),
        (f"https://{HOLE}.x.example", "….x.example", False),
        ("http://localhost.evil.example", "localhost.evil.example", False),
    ],
)
def test_the_host(text: str, host: str, local: bool) -> None:
    assert (host_of(text), is_local(text)) == (host, local)


def test_which_words_are_addresses() -> None:
    assert [looks_like_address(text) for text in ("x.example", "-o", "a b", "file", HOLE)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert hosts_in([Word("-s"), Word("https://x.example/a"), Word("https://x.example/b")]) == ("x.example",)
    assert hosts_in([]) == ("…",)

"""Whom and what a person means."""

import pytest

from sidecar.core.exchange.mcp.wish import Act, Wish

SHOP = ("tickets", "company\nada")
KNOWN = ("mcp__tickets__send", "mcp__tickets__drop")


@pytest.mark.parametrize(
    ("wish", "about", "names"),
    [
        (Wish(Act.ACCEPT, "tickets"), True, list(KNOWN)),
        (Wish(Act.ACCEPT, "tickets", "ada", "send"), True, [KNOWN[0]]),
        (Wish(Act.FORGET, "tickets", tool="mcp__tickets__drop"), True, [KNOWN[1]]),
        (Wish(Act.FORGET, "tickets", tool="mcp__billing__drop"), True, []),
        (Wish(Act.FORGET, "tickets", "company"), False, list(KNOWN)),
        (Wish(Act.FORGET, "billing", "ada"), False, list(KNOWN)),
    ],
)
def test_table(wish: Wish, about: bool, names: list[str]) -> None:
    assert wish.about(SHOP) is about
    assert wish.names(KNOWN) == names

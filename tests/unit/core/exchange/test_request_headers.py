"""Which headers go on."""

import pytest

from sidecar.core.exchange.request_headers import added, removed
from sidecar.core.model.http import RequestHead

STAYS = "authorization x-api-key cookie x-secret-note accept-encoding content-length x-gatehouse-route forwarded via"
PASSES = "anthropic-beta anthropic-version anthropic-organization-id content-type user-agent x-stainless-lang x-app"


@pytest.mark.parametrize("name", STAYS.split())
def test_stays_here(name: str) -> None:
    assert name in removed(RequestHead("POST", "/", ((name, "x"), (name, "y"))))


@pytest.mark.parametrize("name", [*PASSES.split(), "x-claude-code-session-id", "content-encoding", ":scheme"])
def test_goes_on(name: str) -> None:
    assert removed(RequestHead("POST", "/", ((name, "x"),))) == ()


def test_each_name_once_in_order() -> None:
    head = RequestHead("POST", "/", (("b", "1"), ("a", "1"), ("b", "2")))
    assert removed(head) == ("b", "a")


@pytest.mark.parametrize(("body", "length"), [(b"", "0"), (b"12345", "5"), (None, None)])
def test_plain_answers_and_the_length_as_it_leaves(body: bytes | None, length: str | None) -> None:
    headers = dict(added(body))
    assert headers["accept-encoding"] == "identity"
    assert headers.get("content-length") == length

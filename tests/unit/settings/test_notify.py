"""A route names the kind of its destination."""

import pytest

from sidecar.settings.notify import Destination, Email, Occasion, Route, Security, Slack, Teams, Webhook
from sidecar.settings.source import Source

SOURCE = Source(env="X")
KINDS = (
    (Webhook("https://x.test", SOURCE), "webhook"),
    (Slack(SOURCE), "slack"),
    (Teams(SOURCE), "teams"),
    (Email("mail.test", 25, Security.NONE, "a@x.test", ("b@x.test",)), "email"),
)


@pytest.mark.parametrize(("to", "kind"), KINDS, ids=[kind for _, kind in KINDS])
def test_kinds(to: Destination, kind: str) -> None:
    assert Route("a", to, frozenset({Occasion.OPENED})).kind == kind

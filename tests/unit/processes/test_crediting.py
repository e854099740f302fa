"""What is counted and said of credentials."""

import logging
from pathlib import Path

import pytest

from sidecar.core.errors import Refused
from sidecar.credentials.oauth.grant import NoToken
from sidecar.processes.crediting import QUIET, TokenNews, gauged, vault
from sidecar.settings.load import load
from sidecar.telemetry.metrics import Metrics

AWAY = NoToken("the token endpoint cannot be reached", lasting=False, outcome="unreachable")
CONFIG = """
development: {identity: true}
connections:
  - {name: tickets, kind: mcp, url: "http://t", credential: {oauth:
      {token_url: "http://127.0.0.1:1/t", client_id: g, client_secret: {env: NOT_THERE}}}}
"""


def test_failures_are_counted_each_and_said_seldom(caplog: pytest.LogCaptureFixture) -> None:
    metrics, now = Metrics(("tickets",)), [0.0]
    news = TokenNews(metrics, lambda: now[0])
    caplog.set_level(logging.INFO, "gatehouse.credentials")
    for seconds in (0.0, 1.0, QUIET):
        now[0] = seconds
        news.fetched("tickets", AWAY)
    assert len(caplog.records) == 2
    news.fetched("tickets", None)
    news.fetched("tickets", None)
    assert len(caplog.records) == 3
    counted = metrics.text().decode()
    assert 'gatehouse_oauth_fetches_total{connection="tickets",outcome="unreachable"} 3.0' in counted
    assert 'gatehouse_oauth_fetches_total{connection="tickets",outcome="ok"} 2.0' in counted


async def test_a_call_without_a_credential_is_counted(tmp_path: Path) -> None:
    (tmp_path / "gatehouse.yaml").write_text(CONFIG)
    metrics = Metrics(("tickets",))
    made = vault(load(tmp_path / "gatehouse.yaml", {}), metrics, lambda _: None)
    with pytest.raises(Refused, match="NOT_THERE is not set"):
        await made.fetch("tickets")
    gauged(made, metrics)
    counted = metrics.text().decode()
    assert 'gatehouse_credential_errors_total{connection="tickets"} 1.0' in counted
    assert 'gatehouse_oauth_fetches_total{connection="tickets",outcome="refused"} 1.0' in counted
    assert 'gatehouse_oauth_tokens{connection="tickets"} 0.0' in counted
    await made.close()

"""Envoy's admin page by port and by socket, against a page that stands in for it."""

from pathlib import Path

import pytest

from sidecar.processes.envoy_admin import EnvoyAdmin
from sidecar.settings.load import load
from tests.admin_page import AdminPage, admin_page


@pytest.fixture(params=["port", "socket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | int:
    return 0 if request.param == "port" else tmp_path / "a.sock"


def test_what_is_asked(place: Path | int) -> None:
    with admin_page(place) as page:
        admin = EnvoyAdmin(page.place)
        assert admin.ready()
        assert admin.open_calls() == 2
        assert admin.counters() == AdminPage.COUNTERS
        admin.drain()
        assert page.posted == ["/drain_listeners?graceful&skip_exit"]


def test_nobody_there(place: Path | int) -> None:
    with admin_page(place) as page:
        gone = EnvoyAdmin(page.place)
    assert (gone.ready(), gone.open_calls(), gone.counters()) == (False, 0, None)
    gone.drain()


def test_one_that_is_not_ready(place: Path | int) -> None:
    with admin_page(place) as page:
        page.status = 503
        assert not EnvoyAdmin(page.place).ready()


def test_the_socket_goes_before_the_port(tmp_path: Path) -> None:
    provider = "{name: a, issuer: https://a.example, audiences: [gatehouse], jwks: {url: https://a.example/keys}}"
    (tmp_path / "a.yaml").write_text("policy: a\nrules: []\n")
    for more, found in (("{admin_port: 9}", 9), ("{admin_port: 9, admin_socket: a.sock}", tmp_path / "a.sock")):
        text = f"identity: {{providers: [{provider}]}}\npolicies: [a.yaml]\nenvoy: {more}\n"
        (tmp_path / "gatehouse.yaml").write_text(text)
        assert EnvoyAdmin.of(load(tmp_path / "gatehouse.yaml", environ={}).envoy).place == found

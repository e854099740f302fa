"""TLS towards agents, and towards upstreams: only to the host that was meant."""

import ssl
from pathlib import Path

import httpx
import pytest

from sidecar.extproc.bootstrap.spec import ConnectionSpec, TlsSpec
from tests.envoy.certificates import Pair, self_signed
from tests.envoy.conftest import Make
from tests.envoy.driver import KEY, Driven
from tests.envoy.test_fail_closed import outcome


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("tls"), "gate", "localhost", "127.0.0.1")


def test_the_listener_speaks_tls_and_nothing_else(make: Make, pair: Pair) -> None:
    rig = make(tls=TlsSpec(pair.certificate, pair.key))
    Driven(rig)
    trust = ssl.create_default_context(cafile=str(pair.certificate))
    with httpx.Client(base_url=rig.envoy.url, verify=trust) as client:
        assert client.post("/v1/messages", headers=rig.token, content=b"{}").status_code == 200
        assert client.head("/api/hello").status_code == 200
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(rig.envoy.url.replace("https", "http"), headers=rig.token)
    assert len(rig.upstream.requests) == 1


def test_http_2_is_spoken_where_the_agent_can(make: Make, pair: Pair) -> None:
    rig = make(tls=TlsSpec(pair.certificate, pair.key))
    Driven(rig)
    trust = ssl.create_default_context(cafile=str(pair.certificate))
    with httpx.Client(base_url=rig.envoy.url, verify=trust, http2=True) as client:
        answers = [client.post("/v1/messages", headers=rig.token, content=b"x" * size) for size in (2, 300_000)]
    assert [(answer.http_version, answer.status_code) for answer in answers] == [("HTTP/2", 200)] * 2
    assert [len(request.body) for request in rig.upstream.requests] == [2, 300_000]


def _reached(make: Make, pair: Pair, host: str, ca: Path) -> object:
    rig = make(
        upstream_tls=pair.server(),
        upstream_ca=ca,
        connections=lambda port: (ConnectionSpec("claude", f"https://{host}:{port}"),),
    )
    Driven(rig)
    got = outcome(rig)
    return got, [request.headers["x-api-key"] for request in rig.upstream.requests]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_an_upstream_that_is_who_it_says(make: Make, pair: Pair, host: str) -> None:
    assert _reached(make, pair, host, pair.certificate) == ("the raw answer passes", [KEY])


def test_an_upstream_with_another_name_gets_nothing(make: Make, pair: Pair, tmp_path: Path) -> None:
    other = self_signed(tmp_path, "other", "elsewhere.example")
    assert _reached(make, other, "localhost", other.certificate) == ((503, "api_error"), [])


def test_an_upstream_nobody_vouches_for_gets_nothing(make: Make, pair: Pair, tmp_path: Path) -> None:
    other = self_signed(tmp_path, "other", "localhost")
    assert _reached(make, pair, "localhost", other.certificate) == ((503, "api_error"), [])

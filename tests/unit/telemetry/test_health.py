"""Health and metrics over HTTP, on a port of its own."""

import asyncio
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.telemetry.health import STUCK, Health, HealthServer

CONDITIONS = ("policies compiled", "detectors warm", "record open")


@pytest.fixture
def health() -> Health:
    return Health(CONDITIONS, lambda: b"gatehouse_up 1\n")


@pytest.fixture
def server(health: Health) -> Iterator[HealthServer]:
    running = HealthServer(health, "127.0.0.1", 0)
    yield running
    running.stop()


def get(server: HealthServer, path: str, method: str = "GET") -> tuple[int, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/healthz", 200, "ok\n"),
        ("/healthz?verbose", 200, "ok\n"),
        ("/metrics", 200, "gatehouse_up 1\n"),
        ("/readyz", 503, "not ready, missing: policies compiled, detectors warm, record open\n"),
        ("/", 404, "there are /healthz, /readyz and /metrics\n"),
        ("/../etc/passwd", 404, "there are /healthz, /readyz and /metrics\n"),
    ],
)
def test_pages(server: HealthServer, path: str, status: int, body: str) -> None:
    assert get(server, path) == (status, body)


async def test_a_loop_that_does_not_come_round_is_no_life() -> None:
    now = 100.0
    health = Health(CONDITIONS, bytes, clock=lambda: now)
    now += 2 * STUCK
    assert health.page("/healthz")[0] == 200, "nobody said that there is a loop"
    beating = asyncio.create_task(health.beats())
    await asyncio.sleep(0)
    now += STUCK - 1
    assert health.page("/healthz")[0] == 200
    now += 1
    status, _, said = health.page("/healthz")
    assert (status, said) == (503, b"stuck: the event loop has not come round for 60 s\n")
    beating.cancel()


def test_ready_when_all_holds_and_no_longer_when_one_ceases(server: HealthServer, health: Health) -> None:
    for condition in CONDITIONS:
        assert get(server, "/readyz")[0] == 503
        health.set(condition)
    assert get(server, "/readyz") == (200, "ready\n")
    health.set("record open", False)
    assert get(server, "/readyz") == (503, "not ready, missing: record open\n")


def test_a_condition_nobody_named_is_a_bug(health: Health) -> None:
    with pytest.raises(KeyError):
        health.set("coffee made")


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 501), ("DELETE", 501)])
def test_it_only_answers_questions(server: HealthServer, method: str, status: int) -> None:
    assert get(server, "/healthz", method)[0] == status


def test_someone_who_says_nothing_holds_nobody_up(server: HealthServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert get(server, "/healthz") == (200, "ok\n")


def test_a_port_in_use_is_one_sentence(server: HealthServer, health: Health) -> None:
    with pytest.raises(ConfigurationError) as caught:
        HealthServer(health, "127.0.0.1", server.port)
    assert str(caught.value) == (
        f"metrics.port: port {server.port} on 127.0.0.1 is already in use; "
        "stop what listens there, or set another metrics.port"
    )


def test_an_address_that_is_not_ours(health: Health) -> None:
    with pytest.raises(ConfigurationError, match="is not an address of this machine"):
        HealthServer(health, "192.0.2.1", 0)


def test_after_stop_the_port_is_free(health: Health) -> None:
    first = HealthServer(health, "127.0.0.1", 0)
    port = first.port
    first.stop()
    second = HealthServer(health, "127.0.0.1", port)
    assert get(second, "/healthz")[0] == 200
    second.stop()

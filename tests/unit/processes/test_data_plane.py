"""The data plane as a whole, in this process: what stops its start, when it is ready, how it reloads and stops."""

import asyncio
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.mcp.wish import Act, Wish
from sidecar.processes.data_plane import DataPlane, unix_clock
from sidecar.record.pin_wishes import put
from sidecar.record.reader import events
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from tests.polling import until

POLICY = "policy: p\nrules: [{{id: word, match: {{keywords: [{word}]}}, do: mask}}]\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(folder: Path, more: str = "") -> Settings:
    (folder / "p.yaml").write_text(POLICY.format(word="zephyr"))
    file = folder / "gatehouse.yaml"
    file.write_text(
        f"policies: [p.yaml]\nmetrics: {{port: {free_port()}}}\n"
        f"development: {{identity: true, simulator: true}}\n{more}"
    )
    return load(file, {})


def page(chosen: Settings, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{chosen.metrics.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError:
        return 0, ""


async def test_ready_reload_and_a_clean_stop(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    plane = DataPlane(chosen)
    stop = asyncio.Event()
    running = asyncio.create_task(plane.run(stop))
    await until(lambda: page(chosen, "/readyz")[0] == 200)
    assert chosen.envoy.socket.exists()
    assert plane._health.silent is not None, "a loop that is stuck would be noticed"
    before = plane._gate.rules.digest

    (tmp_path / "p.yaml").write_text("policy: [")
    await until(lambda: "gatehouse_policy_stale 1.0" in page(chosen, "/metrics")[1])
    assert plane._gate.rules.digest == before

    (tmp_path / "p.yaml").write_text(POLICY.format(word="tornado"))
    await until(lambda: plane._gate.rules.digest != before)
    assert "gatehouse_policy_stale 0.0" in page(chosen, "/metrics")[1]

    early, late = ("tickets", "company\nada"), ("tickets", "company\neve")
    plane._gate.pins.changed(early, "send", b"1")
    await until((chosen.state / "pins.db").exists)
    put(chosen.state / "pins.db", Wish(Act.FORGET, "tickets", tool="send"))
    await until(lambda: any(event.kind == "pins_revised" for event in events(chosen.record.spool)))
    assert not plane._gate.pins.changed(early, "send", b"1"), "as if for the first time"
    plane._gate.pins.changed(late, "send", b"1")
    stop.set()
    async with asyncio.timeout(30):
        await running
    assert page(chosen, "/healthz")[0] == 0
    kinds = [event.kind for event in events(chosen.record.spool)]
    assert kinds[:4] == ["chain_opened", "policy_loaded", "policy_refused", "policy_loaded"]
    assert kinds[-2:] == ["chain_closed", "checkpoint"]
    again = DataPlane(chosen)._gate.pins
    assert [again.changed(shop, "send", b"2") for shop in (early, late)] == [True, True], "pins outlive the gate"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("mask: {key_file: nowhere}\n", "mask.key_file: .*nowhere does not exist"),
        ("listen: {tls: {certificate: c.pem, key: k.pem}}\n", "c.pem does not exist"),
    ],
)
def test_what_cannot_work_stops_the_start_with_a_sentence(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        DataPlane(settings(tmp_path, more))


def test_a_bad_policy_stops_the_start_with_every_mistake(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    (tmp_path / "p.yaml").write_text(
        "policy: p\nrules: [{id: a, do: nothing}, {id: b, detect: ['secret/nope'], do: mask}]\n"
    )
    with pytest.raises(ConfigurationError) as refused:
        DataPlane(chosen)
    assert len(refused.value.mistakes) >= 2


def test_the_clock_gives_unix_seconds_that_move_forward() -> None:
    clock = unix_clock()
    first, second = clock(), clock()
    assert 1.7e9 < first <= second

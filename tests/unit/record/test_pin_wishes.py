"""What people say reaches the gate once, whether it runs or not."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.mcp.pins import Pins
from sidecar.core.exchange.mcp.wish import Act, Wish
from sidecar.record.pin_wishes import put, taken
from sidecar.record.pinned import PinFile

ACCEPT, FORGET = Wish(Act.ACCEPT, "tickets", "ada", "send"), Wish(Act.FORGET, "tickets")


def test_in_order_and_once(tmp_path: Path) -> None:
    pins = Pins()
    gate = PinFile(tmp_path, pins)
    assert gate.look() == (), "there is no file yet"
    pins.changed(("tickets", "company\nada"), "send", b"1")
    assert gate.gather()
    gate.save()
    file = tmp_path / "pins.db"
    put(file, ACCEPT)
    put(file, FORGET)
    assert gate.look() == (ACCEPT, FORGET)
    assert gate.look() == gate.look() == ()
    put(file, FORGET)
    assert PinFile(tmp_path, Pins()).look() == (FORGET,), "also those from before its start"
    assert taken(file) == ()


def test_nowhere_to_put_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"):
        put(tmp_path / "pins.db", FORGET)
    assert not (tmp_path / "pins.db").exists()

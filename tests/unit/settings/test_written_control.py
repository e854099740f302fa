"""The section `control`: what may stand in it, and what becomes of it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from sidecar.settings.control import Source
from sidecar.settings.written_control import ControlSection, LinkSection, control_from

OWN = {"certificate": "o.pem", "key": "p.pem"}
FOLDER, STATE = Path("/etc/gatehouse"), Path("/var/lib/gatehouse")


def test_nothing_written_is_this_machine() -> None:
    control = control_from(ControlSection(), FOLDER, STATE)
    assert (control.listen.address, control.listen.port, control.gates.port) == ("127.0.0.1", 15090, 15091)
    assert (control.link.address, control.link.local, control.link.key) == (
        "127.0.0.1:15091",
        True,
        Source(file=STATE / "control.key"),
    )
    assert (control.database, control.sign_in, control.roles, control.folder) == (None, None, {}, STATE / "control")


def test_everything_written() -> None:
    written = ControlSection.model_validate(
        {
            "gates": {"address": "::1", "tls": {"certificate": "c.pem", "key": "k.pem"}, "client_ca": "ca.pem"},
            "link": {"address": "control:15091", "key": {"env": "LINK"}, "tls": {"ca": "ca.pem", **OWN}},
            "database": {"file": "dsn"},
            "sign_in": {"provider": "okta", "client_id": "gatehouse"},
            "roles": {"reviewer": ["sre"]},
            "stale": "1m",
        }
    )
    control = control_from(written, FOLDER, STATE)
    assert control.gates.client_ca == FOLDER / "ca.pem"
    assert control.gates.tls is not None
    assert control.gates.tls.key == FOLDER / "k.pem"
    assert (control.link.local, control.link.ca, control.link.key) == (False, FOLDER / "ca.pem", Source(env="LINK"))
    assert control.link.own is not None
    assert control.database == Source(file=FOLDER / "dsn")
    assert (control.roles, control.stale) == ({"reviewer": ("sre",)}, 60.0)
    assert control.sign_in is not None
    assert "openid" in control.sign_in.scopes


def test_the_link_to_this_machine_over_ipv6() -> None:
    written = ControlSection.model_validate({"gates": {"address": "::1"}})
    assert control_from(written, FOLDER, STATE).link.address == "[::1]:15091"


TLS = {"certificate": "c.pem", "key": "k.pem"}
URLS = [
    ("nothing", {}, "http://127.0.0.1:15090"),
    ("a port", {"listen": {"port": 8443}}, "http://127.0.0.1:8443"),
    ("any free port is not known yet", {"listen": {"port": 0}}, "http://127.0.0.1:15090"),
    ("TLS", {"listen": {"port": 8443, "tls": TLS}}, "https://127.0.0.1:8443"),
    ("IPv6", {"listen": {"address": "::1", "port": 8443}}, "http://[::1]:8443"),
    ("what is set", {"url": "http://127.0.0.1:9", "listen": {"port": 8443}}, "http://127.0.0.1:9"),
    ("beyond this machine", {"listen": {"address": "192.0.2.7", "port": 8443}}, "http://127.0.0.1:15090"),
]


@pytest.mark.parametrize(("note", "written", "url"), URLS, ids=[row[0] for row in URLS])
def test_where_people_reach_it(note: str, written: dict[str, object], url: str) -> None:
    assert control_from(ControlSection.model_validate(written), FOLDER, STATE).url == url


@pytest.mark.parametrize("wrong", ["control", "control:", ":1", "control:x", "control:0", "control:70000"])
def test_an_address_of_the_control_plane_has_a_port(wrong: str) -> None:
    with pytest.raises(ValidationError, match="host:port"):
        LinkSection.model_validate({"address": wrong})

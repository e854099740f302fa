"""A certificate that ends is taken up again when its files change; who is connected stays so."""

from datetime import timedelta
from pathlib import Path

import grpc
import pytest

from sidecar.control.gates.credentials import Renewed, ServerTls, marks
from sidecar.control.gates.hall import Hall
from sidecar.control.gates.server import GateServer
from sidecar.control.link.link import LinkTls
from sidecar.core.errors import ConfigurationError
from tests.certificates import Authority, Issued
from tests.gates import KEY, linked, plane
from tests.polling import until

ENDED = timedelta(seconds=-1)


def of(issued: Issued) -> ServerTls:
    return ServerTls(issued.certificate, issued.key)


async def test_a_renewed_certificate_is_shown_to_who_comes_next(tmp_path: Path) -> None:
    """It has ended: nobody new connects. Renewed in place, somebody does; who was there before has noticed nothing."""
    authority = Authority(f"{tmp_path}/authority")
    tls, known = of(authority.issue("localhost")), LinkTls(authority.certificate)
    async with plane(f"sqlite://{tmp_path}/control.sqlite", tls=tls) as here, linked(here.address, tls=known) as first:
        authority.issue("localhost", ENDED)
        async with linked(here.address, tls=known, wait=False) as late:
            with pytest.raises(TimeoutError):
                await until(lambda: late.state.connected, within=1.0)
            authority.issue("localhost")
            await until(lambda: late.state.connected, within=20)
        assert first.state.connected
        assert here.hall.visits[0].gate == "gate-1"


def test_only_what_changed_and_fits_is_given(tmp_path: Path) -> None:
    authority = Authority(f"{tmp_path}/authority")
    tls = of(authority.issue("localhost"))
    renewed = Renewed(tls)
    assert renewed() is None
    key = tls.key.read_bytes()
    authority.issue("localhost")
    new, _ = tls.key.read_bytes(), tls.key.write_bytes(key)
    assert renewed() is None, "the certificate of one, the key of the other"
    tls.key.unlink()
    assert renewed() is None, "between two files"
    tls.key.write_bytes(new)
    assert isinstance(renewed(), grpc.ServerCertificateConfiguration)
    assert renewed() is None


def test_a_mounted_secret_is_exchanged_by_its_link(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("same")
    link = tmp_path / "link"
    link.symlink_to("one")
    before = marks(link)
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").rename(link)
    assert marks(link) != before


async def test_what_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    authority = Authority(f"{tmp_path}/authority")
    one, two = authority.issue("localhost"), authority.issue("other")
    async with plane(f"sqlite://{tmp_path}/control.sqlite") as here:
        hall = Hall(here.store, here.tickets, here.blocks)
        for wrong in (ServerTls(one.certificate, two.key), ServerTls(tmp_path / "none", one.key)):
            with pytest.raises(ConfigurationError, match=r"control\.gates\.tls: cannot be used"):
                GateServer(hall, "127.0.0.1", 0, key=KEY, tls=wrong)

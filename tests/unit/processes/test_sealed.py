"""No original leaves the exchange unsealed."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.exchange import Exchange
from sidecar.processes.sealed import SealedExchange
from sidecar.record.sealing import Opener, Sealer
from tests.unit.core.exchange.building import KEY, Call, encoded, gate, request


def test_every_record_that_has_an_original(tmp_path: Path) -> None:
    private = X25519PrivateKey.generate()
    (tmp_path / "public").write_bytes(private.public_key().public_bytes_raw())
    (tmp_path / "private").write_bytes(private.private_bytes_raw())
    call = Call(gate(keep_originals=True))
    call.exchange = SealedExchange(Exchange(call.gate, "gx_1"), Sealer.of(tmp_path / "public"))
    body = encoded(request(f"use {KEY}"))
    answer = encoded({"type": "message", "content": [{"type": "text", "text": f"{KEY} it is"}]})
    call.ask(body).recorded().answered(answer)
    records = [one for one in call.said if isinstance(one, Record)]
    assert [one.kind for one in records] == ["decided", "answered"]
    assert all(one.original is None for one in records)
    opener = Opener.of(tmp_path / "private")
    opened = [opener.opened(one.parts[one.fact["sealed"]["part"]], "gx_1", one.kind) for one in records]
    assert opened == [body, answer]
    assert KEY.encode() not in b"".join(data for one in records for data in one.parts.values())

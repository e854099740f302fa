"""Sealed for one auditor: what opens, what does not, and which files are taken for a key."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.commands import Record
from sidecar.record.sealing import NotOpened, Opener, Sealer

PRIVATE = X25519PrivateKey.generate()
OTHER = X25519PrivateKey.generate()
ORIGINAL = b'{"model":"m","messages":[{"role":"user","content":"between us"}]}'
ASKED = Record("decided", {"exchange": "gx_1", "verdict": "allow"}, parts={"a": b"b"}, original=ORIGINAL)


def pem(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def kept(folder: Path, data: bytes, name: str = "key") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.fixture
def sealer(tmp_path: Path) -> Sealer:
    return Sealer.of(kept(tmp_path, public_pem(PRIVATE)))


@pytest.fixture
def opener(tmp_path: Path) -> Opener:
    return Opener.of(kept(tmp_path, pem(PRIVATE), "private"))


def test_the_auditor_opens_what_was_sealed(sealer: Sealer, opener: Opener) -> None:
    record = sealer.sealed(ASKED)
    assert record.original is None
    assert sealer.id == opener.id
    name = record.fact["sealed"]["part"]
    assert record.fact == {**ASKED.fact, "sealed": {"part": name, "key": sealer.id}}
    assert dict(record.parts) == {"a": b"b", name: record.parts[name]}
    assert sha256(record.parts[name]).hexdigest() == name
    assert b"between us" not in record.parts[name]
    assert opener.opened(record.parts[name], "gx_1", "decided") == ORIGINAL


def test_twice_the_same_is_not_the_same(sealer: Sealer) -> None:
    assert sealer.sealed(ASKED).fact["sealed"] != sealer.sealed(ASKED).fact["sealed"]


def test_what_has_no_original_stays_as_it_is(sealer: Sealer) -> None:
    record = Record("answered", {"exchange": "gx_1"})
    assert sealer.sealed(record) is record


def blob(sealer: Sealer) -> bytes:
    record = sealer.sealed(ASKED)
    return record.parts[record.fact["sealed"]["part"]]


CHANGES: tuple[tuple[str, Callable[[bytes], bytes], str], ...] = (
    ("a byte of it", lambda data: data[:-1] + bytes([data[-1] ^ 1]), "changed"),
    ("its end", lambda data: data[:-1], "changed"),
    ("all but its head", lambda data: data[:12], "changed"),
    ("the key it names", lambda data: data[:4] + bytes(8) + data[12:], "sealed for the key 0000"),
    ("its first bytes", lambda data: b"x" + data, "not a sealed part"),
    ("all of it", lambda _: b"", "not a sealed part"),
)


@pytest.mark.parametrize(("note", "change", "why"), CHANGES, ids=[note for note, *_ in CHANGES])
def test_what_was_changed_does_not_open(
    sealer: Sealer, opener: Opener, note: str, change: Callable[[bytes], bytes], why: str
) -> None:
    with pytest.raises(NotOpened, match=why):
        opener.opened(change(blob(sealer)), "gx_1", "decided")


@pytest.mark.parametrize(("exchange", "kind"), [("gx_2", "decided"), ("gx_1", "answered")])
def test_in_the_place_of_another_it_does_not_open(sealer: Sealer, opener: Opener, exchange: str, kind: str) -> None:
    with pytest.raises(NotOpened, match="in the place of another"):
        opener.opened(blob(sealer), exchange, kind)


def test_nor_with_another_key(sealer: Sealer, tmp_path: Path) -> None:
    with pytest.raises(NotOpened, match="it was sealed for the key"):
        Opener.of(kept(tmp_path, pem(OTHER), "other")).opened(blob(sealer), "gx_1", "decided")


RAW, RAW_PUBLIC = PRIVATE.private_bytes_raw(), PRIVATE.public_key().public_bytes_raw()
PUBLIC_FORMS = (("PEM", public_pem(PRIVATE)), ("raw", RAW_PUBLIC), ("hexadecimal", RAW_PUBLIC.hex().encode() + b"\n"))
PRIVATE_FORMS = (("PEM", pem(PRIVATE)), ("raw", RAW), ("hexadecimal", RAW.hex().encode()))


@pytest.mark.parametrize(("note", "public"), PUBLIC_FORMS, ids=[note for note, _ in PUBLIC_FORMS])
def test_every_form_of_a_public_key(tmp_path: Path, opener: Opener, note: str, public: bytes) -> None:
    assert Sealer.of(kept(tmp_path, public)).id == opener.id


@pytest.mark.parametrize(("note", "private"), PRIVATE_FORMS, ids=[note for note, _ in PRIVATE_FORMS])
def test_every_form_of_a_private_key(tmp_path: Path, sealer: Sealer, note: str, private: bytes) -> None:
    assert Opener.of(kept(tmp_path, private)).opened(blob(sealer), "gx_1", "decided") == ORIGINAL


WRONG = (
    ("a private key", pem(PRIVATE), "this is a private key"),
    ("another kind of key", public_pem(Ed25519PrivateKey.generate()), "not X25519"),
    ("no key", b"hello", "neither PEM nor 32 bytes"),
    ("nothing", b"", "neither PEM nor 32 bytes"),
    ("half a PEM", public_pem(PRIVATE)[:40], "neither PEM nor 32 bytes"),
)


@pytest.mark.parametrize(("note", "data", "said"), WRONG, ids=[note for note, *_ in WRONG])
def test_what_is_no_public_key(tmp_path: Path, note: str, data: bytes, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Sealer.of(kept(tmp_path, data))


WRONG_PRIVATE = (
    ("a public key", public_pem(PRIVATE), "not a private key"),
    ("another kind of key", pem(Ed25519PrivateKey.generate()), "not X25519"),
    ("no key", b"hello", "not a private key"),
)


@pytest.mark.parametrize(("note", "data", "said"), WRONG_PRIVATE, ids=[note for note, *_ in WRONG_PRIVATE])
def test_what_is_no_private_key(tmp_path: Path, note: str, data: bytes, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Opener.of(kept(tmp_path, data))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Sealer.of(tmp_path / "none")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Opener.of(tmp_path / "none")


def test_no_repr_shows_a_key(sealer: Sealer, opener: Opener) -> None:
    assert repr(sealer) == f"Sealer(id='{sealer.id}')"
    assert repr(opener) == f"Opener(id='{opener.id}')"

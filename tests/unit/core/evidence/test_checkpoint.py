"""A checkpoint says what was signed, and nothing that was changed passes."""

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.evidence.checkpoint import Checkpoint, checkpoint_of, key_id, signed, to_sign, verified

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key()
KEYS = {key_id(PUBLIC): PUBLIC}
AT = "2026-01-02T03:04:05.000006Z"


def made() -> Checkpoint:
    return signed(PRIVATE, chain="gc_1", count=7, last_hash=b"h" * 32, root=b"r" * 32, at=AT)


def test_what_is_signed_is_canonical_json_without_the_signature() -> None:
    checkpoint = made()
    stated = json.loads(to_sign(checkpoint))
    assert list(stated) == sorted({"at", "chain", "count", "first", "key", "last", "last_hash", "root"})
    assert (stated["first"], stated["last"], stated["count"], stated["root"]) == (1, 7, 7, (b"r" * 32).hex())
    PUBLIC.verify(bytes.fromhex(checkpoint.signature), to_sign(checkpoint))
    assert verified(checkpoint, KEYS)


def test_a_key_is_named_by_its_public_bytes() -> None:
    assert made().key == sha256(PUBLIC.public_bytes_raw()).hexdigest()[:16]


@pytest.mark.parametrize(
    "change",
    [
        {"chain": "gc_2"},
        {"count": 8},
        {"first": 2},
        {"last": 8},
        {"last_hash": "00" * 32},
        {"root": "00" * 32},
        {"at": "2026-01-02T03:04:05.000007Z"},
        {"key": "0" * 16},
        {"signature": "00" * 64},
        {"signature": "no hexadecimal"},
        {"signature": ""},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_changed_field_is_not_what_was_signed(change: dict[str, object]) -> None:
    assert not verified(replace(made(), **change), KEYS)  # type: ignore[arg-type]


def test_another_key_under_this_name_is_not_this_key() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert not verified(made(), {})
    assert not verified(made(), {made().key: other})


def test_a_line_comes_back() -> None:
    assert checkpoint_of(json.loads(made().line)) == made()
    assert b"\n" not in made().line


@pytest.mark.parametrize(
    ("note", "change"),
    [
        ("a field more", {"more": 1}),
        ("a text for a number", {"count": "7"}),
        ("a truth for a number", {"count": True}),
        ("a number for a text", {"root": 7}),
    ],
)
def test_another_shape_is_no_checkpoint(note: str, change: dict[str, object]) -> None:
    assert checkpoint_of({**made().fact, **change}) is None
    assert checkpoint_of({}) is None

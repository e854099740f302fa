"""One trusted signature opens an envelope; nothing else does."""

import base64
import json

import pytest

from sidecar.core.evidence.checkpoint import key_id
from sidecar.rulebook.bundle.envelope import PAYLOAD, opened, sealed
from sidecar.rulebook.bundle.trouble import BundleRefused
from tests.bundles import OURS, THEIRS, TRUSTED

GOOD = sealed(b"said", [OURS])
ID = key_id(OURS.public_key())


def test_what_was_sealed_is_opened() -> None:
    assert opened(GOOD, TRUSTED) == (b"said", ID)


def test_one_trusted_key_among_several_is_enough() -> None:
    assert opened(sealed(b"said", [THEIRS, OURS]), TRUSTED) == (b"said", ID)


def test_it_is_dsse_as_others_read_it() -> None:
    said = json.loads(GOOD)
    assert said["payloadType"] == PAYLOAD
    to_sign = f"DSSEv1 {len(PAYLOAD)} {PAYLOAD} 4 said".encode()
    OURS.public_key().verify(base64.b64decode(said["signatures"][0]["sig"]), to_sign)


def test_another_key_is_named() -> None:
    theirs = key_id(THEIRS.public_key())
    with pytest.raises(BundleRefused, match=f"signed by {theirs}, which is none of the trusted keys .{ID}."):
        opened(sealed(b"said", [THEIRS]), TRUSTED)
    with pytest.raises(BundleRefused, match=r"none of the trusted keys \(none\)"):
        opened(GOOD, {})


def test_who_only_says_to_be_ours() -> None:
    said = json.loads(sealed(b"said", [THEIRS]))
    said["signatures"][0]["keyid"] = ID
    forged = json.dumps(said, separators=(",", ":"), sort_keys=True).encode()
    with pytest.raises(BundleRefused, match=f"wrong signature of {ID}"):
        opened(forged, TRUSTED)


def test_another_payload_under_the_old_signature() -> None:
    said = {**json.loads(GOOD), "payload": base64.b64encode(b"else").decode()}
    with pytest.raises(BundleRefused, match="wrong signature"):
        opened(json.dumps(said, separators=(",", ":"), sort_keys=True).encode(), TRUSTED)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "cannot be read"),
        (b"[]", "cannot be read"),
        (b"{}", "cannot be read"),
        (b'{"payload":"","signatures":[]}', "cannot be read"),
        (b'{"payload":"","signatures":[7]}', "cannot be read"),
        (b'{"payload":"*","signatures":[{"keyid":"","sig":""}]}', "cannot be read"),
        (json.dumps(json.loads(GOOD)).encode(), "a form that Gatehouse does not write"),
        (GOOD.replace(PAYLOAD.encode(), b"text/plain"), "a form that Gatehouse does not write"),
        # The last letter of base64 has bits that say nothing.
        (GOOD.replace(b'"c2FpZA=="', b'"c2FpZB=="'), "a form that Gatehouse does not write"),
    ],
)
def test_what_is_no_envelope(raw: bytes, said: str) -> None:
    with pytest.raises(BundleRefused, match=said):
        opened(raw, TRUSTED)

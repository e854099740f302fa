"""Who signed what: an envelope of the form DSSE (github.com/secure-systems-lab/dsse) around a manifest.

Rules:
- One trusted key that signed is enough, so that keys can be changed: sign with both, then trust only the new one.
- One form for given content: base64 has several for the same bytes, and JSON more.
"""

import base64
import json
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.errors import Refused
from sidecar.core.evidence.checkpoint import key_id
from sidecar.core.wire.json_strict import parse
from sidecar.rulebook.bundle.keys import Trusted
from sidecar.rulebook.bundle.trouble import BundleRefused

PAYLOAD = "application/vnd.gatehouse.policy-bundle.manifest.v1+json"
MOST_SIGNATURES = 16
Signatures = Sequence[tuple[str, bytes]]


def sealed(payload: bytes, keys: Sequence[Ed25519PrivateKey]) -> bytes:
    return _written(payload, [(key_id(key.public_key()), key.sign(_to_sign(payload))) for key in keys])


def opened(raw: bytes, trusted: Trusted) -> tuple[bytes, str]:
    """What was signed, and the name of the trusted key that did it."""
    payload, signatures = _read(raw)
    ours = [(key, signature) for key, signature in signatures if key in trusted]
    if not ours:
        by = ", ".join(key for key, _ in signatures) or "nobody"
        raise BundleRefused(f"is signed by {by}, which is none of the trusted keys ({', '.join(trusted) or 'none'})")
    for key, signature in ours:
        try:
            trusted[key].verify(signature, _to_sign(payload))
        except InvalidSignature:
            continue
        return payload, key
    named = ", ".join(key for key, _ in ours)
    raise BundleRefused(
        f"has a wrong signature of {named}: it was changed after it was signed, or another key signed it"
    )


def _to_sign(payload: bytes) -> bytes:
    """With its type, so that a signature on something else cannot be used here."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD), PAYLOAD.encode(), len(payload), payload)


def _written(payload: bytes, signatures: Signatures) -> bytes:
    envelope = {
        "payload": _text(payload),
        "payloadType": PAYLOAD,
        "signatures": [{"keyid": key, "sig": _text(signature)} for key, signature in signatures],
    }
    return json.dumps(envelope, separators=(",", ":"), sort_keys=True).encode()


def _read(raw: bytes) -> tuple[bytes, Signatures]:
    try:
        said = parse(raw).value
        if not isinstance(said, Mapping):
            raise TypeError("no object")
        payload = base64.b64decode(str(said["payload"]), validate=True)
        signatures = [_signature(one) for one in _listed(said["signatures"])]
    except (Refused, ValueError, KeyError, TypeError) as error:
        raise BundleRefused("has a signature that cannot be read: no DSSE envelope") from error
    if _written(payload, signatures) != raw:
        raise BundleRefused(
            "has a signature in a form that Gatehouse does not write: it was changed, or is of another kind"
        )
    return payload, signatures


def _listed(value: object) -> Sequence[object]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_SIGNATURES:
        raise TypeError("no list of signatures")
    return value


def _signature(one: object) -> tuple[str, bytes]:
    if not isinstance(one, Mapping):
        raise TypeError("no signature")
    return str(one["keyid"]), base64.b64decode(str(one["sig"]), validate=True)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()

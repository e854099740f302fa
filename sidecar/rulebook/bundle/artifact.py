"""A bundle as an OCI artifact: an image manifest (version 1.1) with one layer, the archive.

Rules: nothing of it is believed but sizes and digests, and these only to fetch the right bytes: the signature is in the
archive.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sidecar.core.errors import Refused
from sidecar.core.wire.json_strict import parse
from sidecar.rulebook.bundle.archive import LARGEST
from sidecar.rulebook.bundle.manifest import Manifest, moment
from sidecar.rulebook.bundle.trouble import BundleRefused

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
ARTIFACT = "application/vnd.gatehouse.policy-bundle.v1"
LAYER = "application/vnd.gatehouse.policy-bundle.v1.tar"
EMPTY, EMPTY_BODY = "application/vnd.oci.empty.v1+json", b"{}"
LARGEST_MANIFEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Blob:
    digest: str
    size: int


def digest_of(raw: bytes) -> str:
    return f"sha256:{sha256(raw).hexdigest()}"


def described(raw: bytes, manifest: Manifest) -> bytes:
    """The OCI manifest of an archive, the same for the same archive."""
    said = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": ARTIFACT,
        "config": {"mediaType": EMPTY, "digest": digest_of(EMPTY_BODY), "size": len(EMPTY_BODY)},
        "layers": [{"mediaType": LAYER, "digest": digest_of(raw), "size": len(raw)}],
        "annotations": {
            "org.opencontainers.image.title": manifest.name,
            "org.opencontainers.image.version": str(manifest.version),
            "org.opencontainers.image.created": moment(manifest.created),
        },
    }
    return json.dumps(said, indent=1, sort_keys=True).encode()


def layer_of(raw: bytes) -> Blob:
    """Which blob is the archive, or `BundleRefused`."""
    try:
        said = parse(raw).value
    except Refused as error:
        raise BundleRefused(f"has an OCI manifest that is no JSON: {error}") from error
    if not isinstance(said, Mapping):
        raise BundleRefused("has an OCI manifest that is no object")
    if "manifests" in said:
        raise BundleRefused("is an index of several images: name the one that is a policy bundle by its digest")
    if said.get("artifactType") != ARTIFACT:
        raise BundleRefused(f"is an artifact of type {said.get('artifactType')!r}, and a policy bundle is {ARTIFACT!r}")
    layers = said.get("layers")
    layer = layers[0] if isinstance(layers, list) and len(layers) == 1 else None
    if not isinstance(layer, Mapping) or layer.get("mediaType") != LAYER:
        raise BundleRefused(f"has other layers than the one that a policy bundle has ({LAYER})")
    digest, size = layer.get("digest"), layer.get("size")
    if not isinstance(digest, str) or not isinstance(size, int) or not digest.startswith("sha256:"):
        raise BundleRefused("has a layer without digest and size")
    if not 0 < size <= LARGEST:
        raise BundleRefused(f"states {size} bytes; {LARGEST} are the most")
    return Blob(digest, size)

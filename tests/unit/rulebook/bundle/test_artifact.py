"""Which artifact is a policy bundle, and what another one is."""

import json

import pytest

from sidecar.rulebook.bundle.artifact import ARTIFACT, LAYER, Blob, described, digest_of, layer_of
from sidecar.rulebook.bundle.trouble import BundleRefused
from tests.bundles import bundle, manifest

RAW = bundle()
GOOD = described(RAW, manifest())


def test_what_is_described_is_found() -> None:
    assert layer_of(GOOD) == Blob(digest_of(RAW), len(RAW))
    assert json.loads(GOOD)["annotations"]["org.opencontainers.image.version"] == "1"
    assert described(RAW, manifest()) == GOOD


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"artifactType": "application/wasm"}, "is an artifact of type 'application/wasm'"),
        ({"artifactType": None}, "is an artifact of type None"),
        ({"manifests": []}, "is an index of several images"),
        ({"layers": []}, "other layers"),
        ({"layers": [{"mediaType": "text/plain"}]}, "other layers"),
        ({"layers": [{"mediaType": LAYER}]}, "without digest and size"),
        ({"layers": [{"mediaType": LAYER, "digest": "md5:0", "size": 1}]}, "without digest and size"),
        ({"layers": [{"mediaType": LAYER, "digest": "sha256:0", "size": 1 << 30}]}, "8388608 are the most"),
        ({"layers": [{"mediaType": LAYER, "digest": "sha256:0", "size": 0}]}, "8388608 are the most"),
    ],
)
def test_what_is_none(change: dict[str, object], said: str) -> None:
    with pytest.raises(BundleRefused) as refused:
        layer_of(json.dumps({**json.loads(GOOD), **change}).encode())
    assert said in str(refused.value)


@pytest.mark.parametrize("raw", [b"", b"[]", b"<html>", b'{"a":1,"a":1}'])
def test_what_is_no_manifest(raw: bytes) -> None:
    with pytest.raises(BundleRefused, match="has an OCI manifest that is no"):
        layer_of(raw)
    assert ARTIFACT not in raw.decode()

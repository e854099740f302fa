"""A bundle is what was signed, or it is refused."""

import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.rulebook.bundle.archive import unpacked
from sidecar.rulebook.bundle.bundle import made, verified
from sidecar.rulebook.bundle.trouble import BundleRefused
from tests.bundles import FILES, OURS, THEIRS, TRUSTED, bundle, entries, manifest, policy, tar

GOOD = bundle(3)


def test_what_was_made_is_verified() -> None:
    found = verified(GOOD, TRUSTED)
    assert (found.title, found.manifest, list(found.files)) == ("company@3", manifest(3), ["a.yaml", "b.yaml"])
    assert [source.file for source in found.sources] == ["company@3/a.yaml", "company@3/b.yaml"]
    assert found.sources[0].text == FILES["a.yaml"].decode()
    assert bundle(3) == GOOD


def test_a_manifest_for_other_files_is_not_signed() -> None:
    with pytest.raises(ValueError, match="lists other files"):
        made(manifest(), {"a.yaml": b""}, [OURS])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (bundle(key=THEIRS), "none of the trusted keys"),
        (tar(entries(GOOD)[:2]), "lacks 'b.yaml'"),
        (tar([*entries(GOOD), (tarfile.TarInfo("c.yaml"), b"")]), "holds 'c.yaml', which its manifest does not list"),
        (tar([*entries(GOOD)[:2], *entries(bundle(3, {**FILES, "b.yaml": policy("other")}))[2:]]), "another 'b.yaml'"),
        (tar([*entries(bundle(4, {"a.yaml": b"x"}))[:1], *entries(GOOD)[1:]]), "holds 'b.yaml', which its manifest"),
        (bundle(files={"a.yaml": b"\xff"}), "'a.yaml', which is not UTF-8"),
    ],
)
def test_what_was_not_signed(raw: bytes, said: str) -> None:
    with pytest.raises(BundleRefused) as refused:
        verified(raw, TRUSTED)
    assert said in str(refused.value)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_any_changed_byte_is_refused(at: int, by: int) -> None:
    changed = bytearray(GOOD)
    changed[at] ^= by
    with pytest.raises(BundleRefused):
        verified(bytes(changed), TRUSTED)


@given(st.integers(0, len(GOOD) - 1))
def test_any_part_of_a_download_is_refused(length: int) -> None:
    with pytest.raises(BundleRefused):
        verified(GOOD[:length], TRUSTED)


def test_every_single_bit_of_the_smallest_bundle() -> None:
    raw = bundle(files={"a.yaml": b"policy: a\n"})
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1
        with pytest.raises(BundleRefused):
            verified(bytes(changed), TRUSTED)
    assert unpacked(raw)[1] == {"a.yaml": b"policy: a\n"}

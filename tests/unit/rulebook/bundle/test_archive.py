"""One form for given files; everything else is refused with its own sentence."""

import io
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.rulebook.bundle.archive import ENVELOPE, LARGEST, LARGEST_FILE, packed, unpacked
from sidecar.rulebook.bundle.trouble import BundleRefused
from tests.bundles import entries, renamed, tar

FILES = {"a.yaml": b"policy: a\n", "b.yaml": b"x" * 512}
GOOD = packed(b"{}", FILES)
Parts = list[tuple[tarfile.TarInfo, bytes]]


def test_what_is_packed_comes_out_and_any_tar_program_reads_it() -> None:
    assert unpacked(GOOD) == (b"{}", FILES)
    assert [member.name for member, _ in entries(GOOD)] == [ENVELOPE, "a.yaml", "b.yaml"]
    assert packed(b"{}", dict(reversed(FILES.items()))) == GOOD


@given(
    st.dictionaries(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.ya?ml", fullmatch=True), st.binary(max_size=600))
)
def test_any_files_go_there_and_back(files: dict[str, bytes]) -> None:
    assert unpacked(packed(b"{}", files)) == (b"{}", files)


def added(**changes: object) -> Callable[[Parts], Parts]:
    def change(parts: Parts) -> Parts:
        return [*parts, (renamed(tarfile.TarInfo("c.yaml"), mode=0o644, **changes), b"")]

    return change


def changed(**changes: object) -> Callable[[Parts], Parts]:
    return lambda parts: [*parts[:-1], (renamed(parts[-1][0], **changes), parts[-1][1])]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (added(type=tarfile.SYMTYPE, linkname="/etc/passwd"), "a symbolic link, 'c.yaml'"),
        (added(type=tarfile.LNKTYPE, linkname="a.yaml"), "a hard link, 'c.yaml'"),
        (added(type=tarfile.DIRTYPE), "a folder, 'c.yaml/'"),
        (added(type=tarfile.CHRTYPE), "a device, 'c.yaml'"),
        (added(type=tarfile.FIFOTYPE), "a pipe, 'c.yaml'"),
        (added(type=tarfile.XHDTYPE), "an extended header, 'c.yaml'"),
        (added(name="../../etc/cron.d/x.yaml"), "holds '../../etc/cron.d/x.yaml': a name with a path"),
        (added(name="/etc/x.yaml"), "holds '/etc/x.yaml': a name with a path"),
        (added(name="c\\d.yaml"), "a name with a path"),
        (added(name="run.sh"), "holds 'run.sh': only policy files"),
        (added(name=".hidden.yaml"), "only policy files"),
        (added(name="a.yaml"), "holds 'a.yaml' twice"),
        (added(name=ENVELOPE), f"holds '{ENVELOPE}' twice"),
        (added(name="aa.yaml"), "holds 'aa.yaml' after 'b.yaml'"),
        (added(size=LARGEST_FILE + 1), f"holds 'c.yaml' with {LARGEST_FILE + 1} bytes"),
        (added(size=100_000), "ends in the middle of 'c.yaml'"),
        (changed(mtime=1), "says more of 'b.yaml'"),
        (changed(uid=1), "says more of 'b.yaml'"),
        (changed(mode=0o755), "says more of 'b.yaml'"),
        (lambda parts: parts[1:], f"does not begin with {ENVELOPE}"),
        (lambda parts: parts[:0], "holds no manifest.dsse.json: it is not signed"),
    ],
)
def test_what_a_tar_could_bring_along(change: Callable[[Parts], Parts], said: str) -> None:
    with pytest.raises(BundleRefused) as refused:
        unpacked(tar(change(entries(GOOD))))
    assert said in str(refused.value)


def many() -> bytes:
    return packed(b"{}", {f"{n:04}.yaml": b"" for n in range(1_001)})


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "is no tar archive"),
        (b"<html>Not found</html>" * 100, "is no tar archive"),
        (b"\x1f\x8b\x08" + GOOD, "is compressed (gzip)"),
        (b"PK\x03\x04" + GOOD, "is compressed (zip)"),
        (GOOD[: len(GOOD) // 2], "ends in the middle of 'a.yaml'"),
        (GOOD[:-1024], "ends in the middle of 'b.yaml'"),
        (GOOD[:-1], "ends in the middle of 'b.yaml'"),
        (GOOD + b"x", "something after its end"),
        (GOOD + GOOD, "something after its end"),
        (GOOD[:-1024] + b"x" * 1024, "ends early, or is damaged"),
        (GOOD[:514] + b"x" + GOOD[515:], "holds something between"),
        (GOOD[:124] + b"abc" + GOOD[127:], "states no size"),
        (bytes(LARGEST + 1), "is larger than 8 MiB"),
        (many(), "holds more than 1000 files"),
    ],
)
def test_what_is_no_bundle_at_all(raw: bytes, said: str) -> None:
    with pytest.raises(BundleRefused) as refused:
        unpacked(raw)
    assert said in str(refused.value)


def test_a_sparse_or_long_named_file_of_another_tar_is_refused() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo(f"{'long' * 40}.yaml"))
    with pytest.raises(BundleRefused, match="a name too long"):
        unpacked(made.getvalue())


@given(st.binary(max_size=2_000))
def test_any_bytes_are_refused_and_nothing_else_happens(raw: bytes) -> None:
    with pytest.raises(BundleRefused):
        unpacked(raw)

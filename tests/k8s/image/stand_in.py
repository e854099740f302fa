"""A stand-in for `python:3.11-slim-bookworm`, for machines that reach Debian's packages but no registry of images.

Strategy: Debian's smallest system by `mmdebstrap`, with what the official image adds to it, and the Python of this
environment laid out under /usr/local as it lies there: a pip of its own, no tests, nothing compiled.

Rule: it shows that the Dockerfile works, and what our part weighs. What is published is built on the official base.
"""

import shutil
import subprocess
import sys
from pathlib import Path

# What Python's own extensions link to, and the three packages that the official image installs by name.
PACKAGES = (
    "usr-is-merged,ca-certificates,netbase,tzdata,libssl3,libffi8,libsqlite3-0,zlib1g,libbz2-1.0,liblzma5,libreadline8,"
    "libuuid1,libncursesw6,libexpat1,libgdbm6,libnsl2,libdb5.3"
)
# As Debian's slim images do it: licences stay.
LEFT_OUT = ("exclude=/usr/share/man/*", "exclude=/usr/share/locale/*", "exclude=/usr/share/doc/*")
KEPT = "include=/usr/share/doc/*/copyright"
# The official base has the smallest Perl only, which Debian's package manager brings along and goes with it.
NO_PERL = "apt-get purge --yes --autoremove usrmerge perl libperl5.36 perl-modules-5.36"
NOT_OF_PYTHON = ("site-packages", "test", "tests", "__pycache__", "config-3.11-*", "*.a")
# How this machine reaches the outside: its authorities, and where its pip looks.
OF_THIS_MACHINE = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf")


def made(folder: Path) -> Path:
    """The base as an archive."""
    root = folder / "base"
    _debian(root)
    _python(Path(sys.base_prefix), root)
    for name in OF_THIS_MACHINE:
        if Path(name).is_file():
            shutil.copy(name, root / name.lstrip("/"))
    archive = folder / "base.tar"
    subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True, timeout=600)
    shutil.rmtree(root)
    return archive


def _debian(root: Path) -> None:
    rules = [f"--dpkgopt=path-{rule}" for rule in (*LEFT_OUT, KEPT)]
    wanted = f"--include={PACKAGES}"
    subprocess.run(
        ["mmdebstrap", "--quiet", "--variant=minbase", wanted, *rules, "bookworm", root], check=True, timeout=1800
    )


def _python(prefix: Path, root: Path) -> None:
    if sys.version_info[:2] != (3, 11) or prefix == Path("/usr"):
        raise SystemExit("The stand-in takes a Python 3.11 with a folder of its own; or name a base: BASE=…")
    to = root / "usr" / "local"
    ignored = shutil.ignore_patterns(*NOT_OF_PYTHON)
    shutil.copytree(prefix / "lib", to / "lib", symlinks=True, dirs_exist_ok=True, ignore=ignored)
    shutil.copytree(prefix / "include", to / "include", symlinks=True, dirs_exist_ok=True)
    for name in ("python", "python3", "python3.11"):
        shutil.copy(prefix / "bin" / name, to / "bin" / name, follow_symlinks=False)
    libraries = [path for path in (to / "lib").rglob("*.so*") if path.is_file() and not path.is_symlink()]
    subprocess.run(["strip", "--strip-unneeded", *libraries], check=True, timeout=600)
    for command in (NO_PERL, "ldconfig", "python -m ensurepip --default-pip"):
        _inside(root, command)
    compiled = ["find", to, "-name", "__pycache__", "-prune", "-exec", "rm", "-r", "{}", "+"]
    subprocess.run(compiled, check=True, timeout=600)


def _inside(root: Path, command: str) -> None:
    surroundings = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    subprocess.run(
        ["chroot", root, *command.split()],
        check=True,
        env=surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=600,
    )

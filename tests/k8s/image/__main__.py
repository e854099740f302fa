"""`make image-check`: build the image twice, compare, look inside, and run the chart's pods from it.

Strategy: what a release's workflow does with Docker is done here with `buildah` and `crun`, which need neither a daemon
nor a registry: on Debian 12, as root, with what PROGRAMS names. The base is a stand-in made here, or, with BASE,
what `buildah` pulls by that name.

Rule: all that was made is gone at the end; exit 1 and a sentence where something is not as it should be.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.k8s.image.look import complaints, sizes
from tests.k8s.image.stand_in import made
from tests.k8s.image.store import Store
from tests.k8s.rig import ROOT

PROGRAMS = ("buildah", "crun", "mmdebstrap", "strip", "unshare")
NAMES = ("localhost/one", "localhost/two")
# The containers of the chart, as their manifests say: gateway, control plane, injected pod, migration.
PODS = ("test_pods.py", "test_pod.py", "test_migration.py")


def main() -> int:
    asked = argparse.ArgumentParser(prog="make image-check")
    asked.add_argument("--base", default="", help="a base image by name; without it a stand-in is made")
    given = asked.parse_args()
    if lacking := [name for name in PROGRAMS if shutil.which(name) is None]:
        raise SystemExit(f"Not installed: {', '.join(lacking)}. See k8s/README.md, The image.")
    if os.geteuid():
        raise SystemExit("Building and running containers without a daemon takes root.")
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-image-", dir="/var/tmp"))
    store = Store(folder)
    try:
        return checked(store, folder, given.base)
    finally:
        store("umount", "--all")
        shutil.rmtree(folder)


def checked(store: Store, folder: Path, base: str) -> int:
    base = base or store.take(made(folder), "localhost/base")
    first, second = (store.layers(store.build(base, name)) for name in NAMES)
    root = store.root(NAMES[0])
    for name, count in sizes(root):
        say(f"{count / 1e6:8.1f} MB  {name}")
    wrong = complaints(root, ROOT / "k8s" / "requirements.lock")
    if first != second:
        wrong.append(f"built twice, not the same: {first} and {second}")
    for one in wrong:
        say(one)
    say(f"layers of both builds: {first}")
    return bool(wrong) or pods_run(store, folder, root)


def say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def pods_run(store: Store, folder: Path, root: Path) -> bool:
    """The tests of pods, with the image's programs instead of this machine's."""
    image = folder / "image"
    image.mkdir()
    (image / "root").symlink_to(root)
    (image / "config.json").write_text(json.dumps(store.described(NAMES[0])["config"]))
    tests = [f"tests/k8s/{name}" for name in PODS]
    surroundings = {**os.environ, "GATEHOUSE_IMAGE": str(image)}
    return (
        subprocess.run(
            [sys.executable, "-m", "pytest", *tests], cwd=ROOT, env=surroundings, check=False, timeout=3600
        ).returncode
        != 0
    )


if __name__ == "__main__":
    sys.exit(main())

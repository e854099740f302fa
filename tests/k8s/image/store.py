"""Images by `buildah`, in a folder of their own: no daemon, and gone with the folder."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.k8s.rig import ROOT

EPOCH = "1700000000"  # any fixed time will do: what is compared was built with the same one
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Store:
    folder: Path

    def __call__(self, *words: str | Path) -> str:
        places = ["--root", self.folder / "images", "--runroot", self.folder / "run", "--storage-driver", "vfs"]
        done = subprocess.run(
            ["buildah", *places, *words], stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT, timeout=3600
        )
        return done.stdout.strip()

    def take(self, archive: Path, name: str) -> str:
        """An archive of a whole file system as an image."""
        made = self("from", "scratch")
        self("add", "--quiet", made, archive, "/")
        self("config", "--env", f"PATH={PATH}", "--env", "LANG=C.UTF-8", made)
        self("commit", "--quiet", "--rm", made, name)
        return name

    def build(self, base: str, name: str) -> str:
        """From nothing: no step is taken from an earlier build."""
        arguments = [f"--build-arg={pair}" for pair in (f"BASE={base}", f"SOURCE_DATE_EPOCH={EPOCH}")]
        how = ["--isolation", "chroot", "--network", "host", "--no-cache", "--timestamp", EPOCH, *arguments]
        self("build", *how, "-f", "k8s/Dockerfile", "-t", name, ".")
        return name

    def described(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self("inspect", "--type", "image", name))["OCIv1"]
        return found

    def layers(self, name: str) -> list[str]:
        found: list[str] = self.described(name)["rootfs"]["diff_ids"]
        return found

    def root(self, name: str) -> Path:
        """The file system of an image, laid out."""
        return Path(self("mount", self("from", "--pull-never", name)))

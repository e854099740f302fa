"""The API server of the cluster that a process runs in, as the rest of the program sees it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ClusterAccess:
    """Where it is, and who we are there. `ca`: nothing is what the system trusts."""

    url: str
    token_file: Path
    ca: Path | None

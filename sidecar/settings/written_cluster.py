"""The API server of the cluster, as it is written: in a pod nothing of it needs to be."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from sidecar.settings.cluster import ClusterAccess
from sidecar.settings.section import Section
from sidecar.settings.units import Text, WebAddress

MOUNTED = "/var/run/secrets/kubernetes.io/serviceaccount"


class ClusterSection(Section):
    url: Annotated[WebAddress, Field(description="Address of the API server.")] = "https://kubernetes.default.svc"
    token_file: Annotated[Text, Field(description="File with this pod's own token.")] = f"{MOUNTED}/token"
    ca: Annotated[Text | None, Field(description="PEM file of the cluster's authority.")] = f"{MOUNTED}/ca.crt"


def cluster_from(written: ClusterSection, folder: Path) -> ClusterAccess:
    return ClusterAccess(
        written.url, folder / written.token_file, folder / written.ca if written.ca is not None else None
    )

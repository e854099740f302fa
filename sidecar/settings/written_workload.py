"""The section `identity.workload` of `gatehouse.yaml`: every setting, its default, its sentence."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from sidecar.core.model.claims import Mapped
from sidecar.settings.section import Section, exactly_one
from sidecar.settings.units import NOT_EMPTY, Name, Text, WebAddress
from sidecar.settings.values import Claims, Jwks, Provider, Workload
from sidecar.settings.written_tokens import MapSection

KUBERNETES = "https://kubernetes.default.svc.cluster.local"
TOKEN = "/var/run/secrets/gatehouse/token"  # noqa: S105  (a path)
STAND_IN = "gatehouse"


class WorkloadKeysSection(Section):
    url: Annotated[WebAddress | None, Field(description="Address of the cluster's keys.")] = None
    file: Annotated[Text | None, Field(description="File with the cluster's keys, read when Envoy starts.")] = None

    @model_validator(mode="after")
    def _one(self) -> "WorkloadKeysSection":
        exactly_one(url=self.url, file=self.file)
        return self


class WorkloadSection(Section):
    name: Annotated[Name, Field(description="What records call whoever vouches for pods.")] = "pod"
    issuer: Annotated[Text, Field(description="The `iss` of service account tokens in this cluster.")] = KUBERNETES
    audiences: Annotated[
        tuple[Text, ...], *NOT_EMPTY, Field(description="Audiences accepted in the pod's token; one must be in it.")
    ] = ("gatehouse",)
    jwks: Annotated[WorkloadKeysSection, Field(description="The keys that the cluster signs with.")]
    token: Annotated[Text, Field(description="File in which the cluster keeps the pod's own token fresh.")] = TOKEN
    stand_in: Annotated[
        Text, Field(description="A key that counts as none, for agents whose program insists on having one.")
    ] = STAND_IN
    map: Annotated[tuple[MapSection, ...], Field(description="Which claims of a pod make which groups.")] = ()


def workload_from(written: WorkloadSection | None, folder: Path) -> Workload | None:
    if written is None:
        return None
    keys = Jwks(written.jwks.url, folder / written.jwks.file if written.jwks.file is not None else None)
    return Workload(
        Provider(written.name, written.issuer, written.audiences, keys, Claims("sub", "groups")),
        folder / written.token,
        written.stand_in,
        tuple(Mapped(dict(line.where), line.groups) for line in written.map),
    )

"""In a pod: its own token speaks where the agent has none, and beside the person's where there is one."""

import os
import time
from pathlib import Path

import pytest

from sidecar.core.exchange.events import RequestStarted
from sidecar.core.model.claims import Mapped
from sidecar.extproc.bootstrap.spec import ProviderSpec, WorkloadSpec
from sidecar.extproc.identity import ClaimNames
from tests.envoy.conftest import Make
from tests.envoy.driver import Driven
from tests.envoy.rig import AUDIENCE, Rig, Tokens
from tests.polling import until

CLUSTER = "https://kubernetes.default.svc.cluster.local"
ACCOUNT = "system:serviceaccount:agents:coder"
NAMES = {
    "pod": ClaimNames(mapped=(Mapped({"sub": "system:serviceaccount:agents:*"}, ("agents",)),), pod=True),
    "company": ClaimNames(),
}


class Mounted:
    """A projected token as a kubelet keeps it: behind a link that is swapped."""

    def __init__(self, folder: Path) -> None:
        self.keys = Tokens()
        self.folder, self._writes = folder, 0
        (folder / "jwks.json").write_text(self.keys.jwks)
        self.write(self.mint())
        (folder / "token").symlink_to("..data/token")

    def mint(self, **changed: object) -> str:
        return self.keys.mint(**{"iss": CLUSTER, "sub": ACCOUNT, "groups": None, **changed})

    def write(self, token: str) -> None:
        self._writes += 1
        inner = self.folder / f"..{self._writes}"
        inner.mkdir()
        (inner / "token").write_text(token + "\n")
        (self.folder / "..new").symlink_to(inner.name)
        os.rename(self.folder / "..new", self.folder / "..data")


class Pod:
    """The rig in a pod, with the real driver: what it was told of each caller, and what came to the upstream."""

    def __init__(self, rig: Rig, mounted: Mounted) -> None:
        self.rig, self.mounted = rig, mounted
        self.driven = Driven(rig)
        self.driven.seat.providers.update(NAMES)  # type: ignore[attr-defined]

    def call(self, **headers: str) -> int:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.rig.post(headers=sent).status_code

    @property
    def last(self) -> tuple[object, ...]:
        started = next(event for event in self.driven.exchanges[-1].events if isinstance(event, RequestStarted))
        assert started.caller is not None
        return started.caller.provider, started.caller.subject, started.caller.groups, started.caller.workload


@pytest.fixture(scope="module")
def pod(make: Make, tmp_path_factory: pytest.TempPathFactory) -> Pod:
    mounted = Mounted(tmp_path_factory.mktemp("projected"))
    vouches = ProviderSpec("pod", CLUSTER, (AUDIENCE,), jwks_file=mounted.folder / "jwks.json")
    rig = make(workload=WorkloadSpec(vouches, mounted.folder / "token", "gatehouse"))
    return Pod(rig, mounted)


@pytest.mark.parametrize(
    ("note", "headers"),
    [
        ("nothing", {}),
        ("a key that stands in", {"x_api_key": "gatehouse"}),
        ("a token that stands in", {"authorization": "Bearer gatehouse"}),
        ("both", {"authorization": "Bearer gatehouse", "x_api_key": "gatehouse"}),
        ("a forged pod", {"x_gatehouse_workload": "forged"}),
    ],
)
def test_an_agent_without_a_token_is_its_pod(pod: Pod, note: str, headers: dict[str, str]) -> None:
    assert pod.call(**headers) == 200, note
    assert pod.last == ("pod", ACCOUNT, ("agents",), ACCOUNT)
    seen = pod.rig.upstream.requests[-1].headers
    assert not {"authorization", "x-gatehouse-workload"} & seen.keys()


def test_a_person_behind_the_agent_comes_first_and_the_pod_is_known(pod: Pod) -> None:
    assert pod.call(authorization=f"Bearer {pod.rig.tokens.mint()}") == 200
    assert pod.last == ("company", "ada", ("engineering",), ACCOUNT)


@pytest.mark.parametrize(
    ("note", "headers"),
    [
        ("a word", {"authorization": "Bearer nonsense"}),
        ("another key", {"x_api_key": "sk-" + "ant"}),
        ("expired", {"authorization": "expired"}),
        ("the pod's own, as if a person's", {"authorization": "pod"}),
    ],
)
def test_a_wrong_token_is_wrong_also_in_a_pod(pod: Pod, note: str, headers: dict[str, str]) -> None:
    made = {"expired": pod.rig.tokens.mint(exp=time.time() - 100), "pod": pod.mounted.mint()}
    sent = {name: f"Bearer {made[value]}" if value in made else value for name, value in headers.items()}
    before = len(pod.driven.exchanges)
    assert (pod.call(**sent), len(pod.driven.exchanges)) == (401, before), note


async def test_a_token_that_the_cluster_renews_is_used_at_once(pod: Pod) -> None:
    other = "system:serviceaccount:other:one"
    pod.mounted.write(pod.mounted.mint(sub=other))
    try:
        await until(lambda: pod.call() == 200 and pod.last == ("pod", other, (), other))
        pod.mounted.write("")
        await until(lambda: pod.call() == 401)
        assert "this pod's own token" in pod.rig.post(headers={}).json()["error"]["message"]
    finally:
        pod.mounted.write(pod.mounted.mint())
        await until(lambda: pod.call() == 200)

"""The image: made of the one lock file, whole, and with nothing in it that has no business there."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests import written
from tests.k8s.rig import CHART, ROOT, containers, of_set, pods

K8S = ROOT / "k8s"
DOCKERFILE = (K8S / "Dockerfile").read_text()
BLOCK = re.compile(r"^([a-z0-9.-]+)==(\S+)(.*?)(?=^[a-z0-9]|\Z)", re.MULTILINE | re.DOTALL)
ON_LINUX = {"platform_system": "Linux", "sys_platform": "linux", "os_name": "posix"}


def pinned(path: Path) -> dict[str, tuple[str, frozenset[str]]]:
    """Package -> version and hashes."""
    found = BLOCK.finditer(path.read_text())
    return {one[1]: (one[2], frozenset(re.findall(r"sha256:[0-9a-f]{64}", one[3]))) for one in found}


def closure(name: str, extras: tuple[str, ...]) -> set[str]:
    """Every package that this one needs on Linux with these extras, by what is installed here."""
    found: set[tuple[str, tuple[str, ...]]] = set()
    waiting = [(name, extras)]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        for text in distribution(one[0]).requires or ():
            wanted = Requirement(text)
            surroundings = [{**ON_LINUX, "extra": extra} for extra in ("", *one[1])]
            if wanted.marker is None or any(wanted.marker.evaluate(around) for around in surroundings):
                waiting.append((wanted.name, tuple(sorted(wanted.extras))))
    return {re.sub(r"[-_.]+", "-", package).lower() for package, _ in found}


def test_the_images_lock_is_a_part_of_the_one_lock() -> None:
    everything, image = pinned(ROOT / "requirements.lock"), pinned(K8S / "requirements.lock")
    assert len(image) > 40
    assert {name: pin for name, pin in image.items() if everything.get(name) != pin} == {}, "run `make lock`"
    assert all(hashes for _, hashes in image.values())


def test_it_is_whole() -> None:
    """All that the processes in the image import is there."""
    assert closure("gatehouse", ("image",)) - {"gatehouse"} <= pinned(K8S / "requirements.lock").keys()


@pytest.mark.parametrize(
    "name", ["chdb", "pytest", "claude-agent-sdk", "anthropic", "grpcio-tools", "playwright", "moto"]
)
def test_what_has_no_business_there(name: str) -> None:
    assert name in pinned(ROOT / "requirements.lock")
    assert name not in pinned(K8S / "requirements.lock")


def stages() -> list[str]:
    return re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]


def test_it_is_built_in_stages_from_hashes_without_a_compiler() -> None:
    build, last = stages()
    assert "--require-hashes -r requirements.lock" in build
    assert "--only-binary :all:" in build
    assert "--no-deps" in build
    assert "apt-get" not in DOCKERFILE
    assert "COPY --from=build /opt/gatehouse /opt/gatehouse" in last
    assert "pip install" not in last


def test_it_runs_as_nobody_in_particular() -> None:
    assert re.findall(r"^USER (\S+)$", stages()[-1], re.MULTILINE) == ["65532:65532"]
    users = {spec["securityContext"].get("runAsUser") for _, spec in pods(of_set("production"))}
    assert users == {65532}


def test_only_what_it_is_made_of_is_sent_to_the_builder() -> None:
    let_in = [line[1:] for line in (K8S / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    ]
    assert sorted(let_in) == sorted(copied)
    assert all((ROOT / name).exists() for name in copied)


def test_the_build_states_what_is_inside_and_where_it_comes_from() -> None:
    steps = written.read((K8S / "image.yaml").read_text())["jobs"]["image"]["steps"]
    push = next(step["with"] for step in steps if step.get("id") == "push")
    assert (push["sbom"], push["provenance"]) == (True, "mode=max")
    assert "digest" in steps[-1]["run"]


def test_every_command_of_the_chart_is_a_program_of_the_image() -> None:
    """`gatehouse` and `envoy` are ours; the rest is in every Debian with Python."""
    used = {
        one["command"][0]
        for name in ("try", "production", "sidecars")
        for _, s in pods(of_set(name))
        for one in containers(s)
    }
    assert used == {"gatehouse", "envoy", "sh", "python3"}


def test_the_chart_speaks_of_this_version() -> None:
    assert written.read((CHART / "Chart.yaml").read_text())["appVersion"] == distribution("gatehouse").version

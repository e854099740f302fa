"""The image: made of the one lock file, whole, and with nothing in it that has no business there."""

import re
import subprocess
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

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
    build, system, last = stages()
    assert [one.splitlines()[0] for one in stages()] == ["${BASE} AS build", "${BASE} AS system", "scratch"]
    assert "--no-deps --only-binary :all: --require-hashes -r requirements.lock" in build
    assert build.count("pip --python") == build.count("python -m pip --python") == 4, "a base may have no program `pip`"
    assert "apt-get" not in DOCKERFILE
    assert "pip install" not in system
    assert re.findall(r"^(?:COPY|RUN|ADD) .*", last, re.MULTILINE) == [
        "COPY --from=system / /",
        "COPY --from=build /opt/gatehouse /opt/gatehouse",
    ]


def test_what_is_taken_out_of_packages_is_in_them() -> None:
    """Where a package changes its shape, `rm` would end the build, or leave what should go."""
    for name in re.findall(r"rm -r (boto3/\S+ zstandard/\S+)", stages()[0])[0].split():
        package, _, inner = name.partition("/")
        root = Path(str(distribution(package).locate_file(package)))
        assert list(root.glob(inner)), name
    services = Path(str(distribution("botocore").locate_file("botocore/data")))
    kept = re.findall(r"! -name '?([a-z0-9*]+)'?", stages()[0].partition("botocore/data")[2])
    assert kept == ["s3", "sts", "sso*", "signin"]
    assert all(list(services.glob(one)) for one in kept)


def test_only_the_names_of_our_programs_are_kept() -> None:
    """`gatehouse` is a script of ours; Envoy's is replaced by the program."""
    assert "find . -type f ! -name gatehouse -delete" in stages()[0]
    assert {one.name for one in distribution("gatehouse").entry_points} == {"gatehouse"}


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


WORKFLOW: Any = written.read((K8S / "image.yaml").read_text())
STEPS = WORKFLOW["jobs"]["image"]["steps"]


def test_the_build_states_what_is_inside_and_where_it_comes_from() -> None:
    push = next(step["with"] for step in STEPS if step.get("id") == "push")
    assert (push["sbom"], push["provenance"]) == (True, "mode=max")
    assert "push=true" in push["outputs"]
    assert "$DIGEST" in STEPS[-1]["run"]


def test_another_processor_has_its_emulator() -> None:
    used = [step.get("uses", "").partition("@")[0] for step in STEPS]
    push = next(step["with"] for step in STEPS if step.get("id") == "push")
    assert "arm64" in push["platforms"]
    assert used.index("docker/setup-qemu-action") < used.index("docker/build-push-action")


def test_actions_are_pinned_by_commit() -> None:
    used = re.findall(r"uses: (.*)$", (K8S / "image.yaml").read_text(), re.MULTILINE)
    assert len(used) == len([step for step in STEPS if "uses" in step])
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one)] == []


def test_steps_end_where_a_check_fails_and_take_no_text_of_others_as_code() -> None:
    """`bash -e` lets a line `! grep …` pass, whatever it found."""
    for run in (step["run"] for step in STEPS if "run" in step):
        assert not re.search(r"^\s*! ", run, re.MULTILINE), run
        assert "${{" not in run
        done = subprocess.run(["bash", "-n"], input=run, capture_output=True, text=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, ""), run


def test_rights_of_the_workflow_are_those_it_uses() -> None:
    assert WORKFLOW["permissions"] == {}
    rights = WORKFLOW["jobs"]["image"]["permissions"]
    assert rights == {"contents": "read", "packages": "write", "id-token": "write"}


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

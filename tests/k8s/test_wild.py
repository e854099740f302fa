"""Pods as well-known charts and controllers make them, each sent to the real webhook over TLS: `agents/wild.yaml`.

Strategy: one webhook is started and asked about all of them, as the API server does it: ours, another webhook's changes
where a case has some, and ours again. What each test looks at is what came of its pod.
"""

import asyncio
import base64
import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from sidecar.control.admission.inject import injected
from sidecar.control.admission.patch import patch
from sidecar.control.admission.review import Refusal
from tests import written
from tests.k8s.api_server import applied
from tests.k8s.release import release
from tests.k8s.rig import VERSIONS, Object, complaints, containers, rendered, values
from tests.k8s.webhook_rig import CASES, Started, started
from tests.unit.control.admission.test_inject import holds

ALL: dict[str, Object] = {one["note"]: one for one in written.read((CASES / "wild.yaml").read_text())}
KEYS = {"note", "metadata", "spec", "notes", "left", "refused", "alone", "since", "meanwhile", "namespace"}
MORE = {"first", "guaranteed", "schema"}
GATE = ("gatehouse-bootstrap", "gatehouse-data-plane", "gatehouse-envoy")
URL = {"name": "ANTHROPIC_BASE_URL", "value": "http://127.0.0.1:15080"}


def made(case: Object, number: int) -> Object:
    metadata = {"generateName": "wild-", **case.get("metadata", {})}
    namespace = f"odd-{number}" if "namespace" in case else "agents"
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {**metadata, "namespace": namespace}, "spec": case["spec"]}
    return copy.deepcopy(pod)


def meddled(pod: Object, of: Object) -> Object:
    """What another webhook makes of it."""
    changed = copy.deepcopy(pod)
    spec = changed["spec"]
    for one in containers(spec):
        for part, more in of.get("each", {}).items():
            one[part] = [*(one.get(part) or ()), *more]
        if "startupProbe" in one and "httpGet" in one["startupProbe"] and "probes" in of:
            one["startupProbe"] = {**one["startupProbe"], **of["probes"]}
    spec["initContainers"] = [*of.get("first", ()), *spec["initContainers"]]
    spec["containers"] += of.get("containers", ())
    spec["volumes"] += of.get("volumes", ())
    return changed


class Course:
    """What was sent first and last, what came of it, and the answers."""

    def __init__(self, before: Object) -> None:
        self.before = self.between = self.after = before
        self.answers: list[Object] = []

    @property
    def said(self) -> list[str]:
        answer = self.answers[-1]
        return list(answer.get("warnings", ())) or [answer.get("status", {}).get("message", "")]


async def course(webhook: Started, case: Object, number: int) -> Course:
    found = Course(made(case, number))
    if "namespace" in case:
        webhook.api.namespace(f"odd-{number}", **case["namespace"])
    for step in ("ours", "another's, and ours again", "and again"):
        if step.startswith("another"):
            found.between = meddled(found.after, case.get("meanwhile", {}))
            found.after = found.between
        found.answers.append(await webhook.review(found.after))
        patch = json.loads(base64.b64decode(found.answers[-1].get("patch", "W10=")))
        if not found.answers[-1]["allowed"] or (step == "ours" and not patch):
            return found
        assert not any(one["op"] == "remove" for one in patch)
        if step == "and again":
            assert patch == [], case["note"]
        found.after = applied(found.after, patch)
    return found


@pytest.fixture(scope="module")
def courses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Course]:
    async def run() -> dict[str, Course]:
        objects = rendered(values("production", certificates={"mode": "selfManaged"}))
        async with started(objects, tmp_path_factory.mktemp("webhook")) as webhook:
            webhook.api.namespace("agents", **{"gatehouse.dev/inject": "true"})
            return {note: await course(webhook, case, number) for number, (note, case) in enumerate(ALL.items())}

    return asyncio.run(run())


def test_every_case_is_written_in_the_known_words() -> None:
    assert len(ALL) > 40
    for note, case in ALL.items():
        assert case.keys() <= KEYS | MORE, note


@pytest.mark.parametrize("note", ALL)
def test_it_has_its_gate_or_somebody_is_told(note: str, courses: dict[str, Course]) -> None:
    case, found = ALL[note], courses[note]
    if "refused" in case:
        assert not found.answers[-1]["allowed"]
        assert case["refused"] in found.said[0]
    elif "left" in case:
        assert found.answers[-1]["allowed"]
        assert found.after == found.before
        assert case["left"] in found.said[0]
    else:
        assert found.answers[-1]["allowed"], found.said
        _has_its_gate(case, found)


def _has_its_gate(case: Object, found: Course) -> None:
    spec = found.after["spec"]
    order = [one["name"] for one in spec["initContainers"] if one["name"] in GATE]
    assert order == list(GATE)
    own = {one["name"] for one in case["spec"].get("initContainers") or ()}
    assert [one["name"] for one in spec["initContainers"] if one["name"] not in own][-3:] == list(GATE)
    assert holds(found.after, _without_nulls(found.before)), "explicit settings of the owner survive"
    said = found.answers[0].get("warnings", [])
    assert len(said) == len(case.get("notes", ())), said
    assert all(any(words in one for one in said) for words in case.get("notes", ())), said
    for one in _others(spec):
        _is_led(one, case, found)
    if case.get("guaranteed"):
        amounts = [one["resources"] for one in containers(spec)]
        assert all(one["requests"] == one["limits"] and {"cpu", "memory"} == one["limits"].keys() for one in amounts)
    if case.get("schema", True):
        since = str(case.get("since", "1.29"))
        for version in (VERSIONS[VERSIONS.index(since)], VERSIONS[-1]):
            assert complaints({**found.after, "metadata": _named(found.after)}, version) == []


def _is_led(one: Object, case: Object, found: Course) -> None:
    assert not any(mount["name"].startswith("gatehouse-") for mount in one.get("volumeMounts") or ())
    assert "gatehouse-" not in json.dumps(one), "nothing of the gate's is in it"
    if one["name"] in case.get("alone", ()):
        assert one in containers(found.between["spec"])
        return
    assert URL in one["env"]
    if "first" in case:
        assert one["env"][0]["name"] == case["first"]


def _others(spec: Object) -> Iterator[Object]:
    yield from (one for one in containers(spec) if one["name"] not in GATE)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _named(pod: Object) -> Object:
    return {**pod["metadata"], "name": pod["metadata"].get("name", "wild-1")}


@pytest.mark.parametrize("note", [note for note, case in ALL.items() if not case.keys() & {"left", "namespace"}])
def test_a_cluster_without_native_sidecars_gives_it_one_as_well(note: str) -> None:
    if refused := ALL[note].get("refused"):
        with pytest.raises(Refusal, match=re.escape(refused)):
            _classic(ALL[note])
        return
    after = _classic(ALL[note])
    assert [one["name"] for one in after["spec"]["containers"]][:2] == list(GATE[1:])
    assert holds(after, _without_nulls(made(ALL[note], 0)))
    assert patch(after, injected(after, release(), native=False).pod) == []


def _classic(case: Object) -> Object:
    first = injected(made(case, 0), release(), native=False).pod
    return injected(meddled(first, case.get("meanwhile", {})), release(), native=False).pod

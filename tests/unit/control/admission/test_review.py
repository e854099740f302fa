"""AdmissionReview: what is understood, and how everything else is answered."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.control.admission.review import Answer, Malformed, Unclear, parsed, written


def review(**changed: Any) -> dict[str, Any]:
    request = {
        "uid": "u1",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "operation": "CREATE",
        "namespace": "agents",
        "object": {"metadata": {"generateName": "coder-"}},
    }
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request} | changed


def test_what_is_asked() -> None:
    found = parsed(json.dumps(review()).encode())
    assert (found.uid, found.kind, found.operation) == ("u1", "v1.Pod", "CREATE")
    assert (found.namespace, found.name, found.dry_run) == ("agents", "coder-", False)


def test_a_group_is_part_of_the_kind() -> None:
    asked = review()
    asked["request"] |= {"kind": {"group": "apps", "version": "v1", "kind": "Deployment"}, "dryRun": True}
    found = parsed(json.dumps(asked).encode())
    assert (found.kind, found.dry_run) == ("apps.v1.Deployment", True)


def test_who_asks_and_what_was_there_before() -> None:
    asked = review()
    asked["request"] |= {"operation": "DELETE", "object": None, "oldObject": {"metadata": {"name": "x"}}}
    asked["request"] |= {"userInfo": {"username": "ada"}, "name": "x"}
    found = parsed(json.dumps(asked).encode())
    assert (found.operation, found.name, found.user) == ("DELETE", "x", "ada")
    assert (found.object, found.old) == ({}, {"metadata": {"name": "x"}})


def test_strange_words_about_who_asks_are_nobody() -> None:
    asked = review()
    asked["request"] |= {"userInfo": "ada", "oldObject": []}
    found = parsed(json.dumps(asked).encode())
    assert (found.user, found.old) == ("", {})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[]", "no request.uid"),
        (b'{"request": {"uid": ""}}', "no request.uid"),
        (b'{"request": {"uid": 4}}', "no request.uid"),
        (b'{"request": []}', "no request.uid"),
        (b"\xff", "not JSON"),
    ],
)
def test_nobody_to_answer(body: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        parsed(body)


@pytest.mark.parametrize(
    ("changed", "said", "version"),
    [
        ({"apiVersion": "admission.k8s.io/v1beta1"}, "v1beta1", "admission.k8s.io/v1beta1"),
        ({"apiVersion": 7}, "of 7", "admission.k8s.io/v1"),
        ({"kind": "Pod"}, "Pod of", "admission.k8s.io/v1"),
        ({"request": {"uid": "u1", "object": None}}, "no object", "admission.k8s.io/v1"),
        ({"request": {"uid": "u1", "object": {}, "kind": "Pod"}}, "no object", "admission.k8s.io/v1"),
    ],
)
def test_who_asked_is_told(changed: dict[str, Any], said: str, version: str) -> None:
    with pytest.raises(Unclear, match=said) as raised:
        parsed(json.dumps(review(**changed)).encode())
    assert (raised.value.uid, raised.value.version) == ("u1", version)


@given(st.binary(max_size=60))
@settings(max_examples=50)
def test_any_bytes_are_understood_or_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        parsed(body)


def test_a_yes_with_a_patch() -> None:
    answer = Answer(True, patch=[{"op": "remove", "path": "/a"}], warnings=["w" * 400] * 20)
    said = json.loads(written(answer, "u1"))
    assert said["apiVersion"] == "admission.k8s.io/v1"
    response = said["response"]
    assert (response["uid"], response["allowed"], response["patchType"]) == ("u1", True, "JSONPatch")
    assert json.loads(base64.b64decode(response["patch"])) == [{"op": "remove", "path": "/a"}]
    assert {len(one) for one in response["warnings"]} == {250}
    assert sum(map(len, response["warnings"])) <= 4096


def test_a_no_has_its_reason_and_no_patch() -> None:
    response = json.loads(written(Answer(False, "why", patch=[{"op": "test"}]), "u1"))["response"]
    assert (response["allowed"], response["status"]["message"], "patch" in response) == (False, "why", False)

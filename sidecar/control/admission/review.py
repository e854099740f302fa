"""AdmissionReview v1, in and out.

Rules: whatever is not a review that we understand is answered with a sentence, and with a refusal where it says whom to
answer; nothing here ever ends in a silent yes. A review larger than 3 MiB is none: an object in a cluster has at most
1.5 MiB, and comes with its older self.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

Object = dict[str, Any]
LARGEST = 3 << 20
VERSION, KIND = "admission.k8s.io/v1", "AdmissionReview"
# The API server cuts a warning here, and all of them together at 4096 bytes.
LONGEST_WARNING, MOST_WARNINGS = 250, 12


class Malformed(ValueError):  # noqa: N818  (it is what came)
    """There is nobody to answer: HTTP says it instead."""


class Refusal(Exception):  # noqa: N818  (an outcome)
    """The object is not let in, and this sentence says why and what to do."""


class Unclear(Refusal):
    """A review in which only the one who asks is clear; `uid` and `version` are his."""

    def __init__(self, message: str, uid: str, version: str) -> None:
        super().__init__(message)
        self.uid, self.version = uid, version


@dataclass(frozen=True, slots=True)
class Review:
    """`object`: as it shall be; empty where it is taken away. `old`: as it is, where it is changed or taken away."""

    uid: str
    kind: str
    operation: str
    namespace: str
    name: str
    object: Object
    dry_run: bool
    user: str = ""
    old: Object = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    allowed: bool
    message: str = ""
    code: int = 403
    warnings: Sequence[str] = ()
    patch: Sequence[Object] = ()


def parsed(body: bytes) -> Review:
    try:
        review = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("the body is not JSON") from error
    request = review.get("request") if isinstance(review, dict) else None
    uid = request.get("uid") if isinstance(request, dict) else None
    if not isinstance(uid, str) or not uid or not isinstance(request, dict):
        raise Malformed(f"the body is no {KIND}: it has no request.uid")
    version = review.get("apiVersion")
    if version != VERSION or review.get("kind") != KIND:
        said = f"{review.get('kind')} of {version} was asked; {KIND} of {VERSION} is what is spoken here"
        raise Unclear(said, uid, version if isinstance(version, str) else VERSION)
    return _of(request, uid)


def _of(request: Mapping[str, Any], uid: str) -> Review:
    found, old, kind = request.get("object"), request.get("oldObject"), request.get("kind")
    if request.get("operation") == "DELETE" and isinstance(old, dict):
        found = {}
    if not isinstance(found, dict) or not isinstance(kind, dict):
        raise Unclear("the review names no object and its kind", uid, VERSION)
    metadata, user = found.get("metadata"), request.get("userInfo")
    named = metadata if isinstance(metadata, dict) else {}
    return Review(
        uid,
        ".".join(str(kind[part]) for part in ("group", "version", "kind") if kind.get(part)),
        str(request.get("operation")),
        str(request.get("namespace") or named.get("namespace") or ""),
        str(request.get("name") or named.get("name") or named.get("generateName") or ""),
        found,
        request.get("dryRun") is True,
        str(user.get("username", "")) if isinstance(user, dict) else "",
        old if isinstance(old, dict) else {},
    )


def written(answer: Answer, uid: str, version: str = VERSION) -> bytes:
    response: Object = {"uid": uid, "allowed": answer.allowed}
    if not answer.allowed:
        response["status"] = {"code": answer.code, "message": answer.message, "reason": "Forbidden"}
    if answer.warnings:
        response["warnings"] = [_cut(one) for one in answer.warnings[:MOST_WARNINGS]]
    if answer.allowed and answer.patch:
        response["patchType"] = "JSONPatch"
        response["patch"] = base64.b64encode(orjson.dumps(answer.patch)).decode()
    return orjson.dumps({"apiVersion": version, "kind": KIND, "response": response})


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_WARNING else f"{text[: LONGEST_WARNING - 3]}..."

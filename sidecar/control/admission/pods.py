"""What becomes of a pod that is about to be made: left alone, given its gate, or refused.

Rule: before a patch leaves, its namespace has what the pod will mount. A dry run writes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.control.admission.claims import verified
from sidecar.control.admission.eligible import Eligible, eligible
from sidecar.control.admission.inject import injected
from sidecar.control.admission.patch import patch
from sidecar.control.admission.review import Answer, Refusal, Review
from sidecar.control.admission.secrecy import debugged
from sidecar.control.admission.sidecars import NAMES, planned
from sidecar.control.admission.wishes import STATUS, wishes
from sidecar.settings.webhook import Injection

KIND = "v1.Pod"


@dataclass(frozen=True, slots=True)
class Pods:
    """`labels`: of a namespace, and whether they must be of now; nothing where they are not known. `ensure`: copies.
    `tell`: an event."""

    injection: Injection
    native: bool
    labels: Callable[[str, bool], Awaitable[Mapping[str, str] | None]]
    ensure: Callable[[str], Awaitable[None]]
    tell: Callable[[Review, str], None]

    async def answered(self, review: Review) -> Answer:
        if review.kind != KIND or review.operation != "CREATE":
            raise Refusal(f"this hook is for pods that are made, and was asked about {review.operation} {review.kind}")
        shaped(review.object)
        decided = await self._eligible(review)
        if not decided.inject:
            return self._left_alone(review, decided)
        made = injected(review.object, self.injection, self.native)
        if not review.dry_run:
            await self.ensure(review.namespace)
        return Answer(True, warnings=made.notes, patch=patch(review.object, made.pod))

    async def _eligible(self, review: Review) -> Eligible:
        """A label set a moment ago counts: no pod is left alone by what was known before."""
        if review.namespace in self.injection.excluded:
            return eligible(review.object, review.namespace, None, self.injection)
        for anew in (False, True):
            labels = await self.labels(review.namespace, anew)
            decided = eligible(review.object, review.namespace, labels, self.injection)
            if decided.inject or decided.asked:
                break
        return decided

    def worn(self, review: Review) -> Answer:
        """Of a pod with the label of injected ones, by which networks let it out: it has its gate, or is refused."""
        if review.kind != KIND or review.operation not in ("CREATE", "UPDATE"):
            raise Refusal(f"this hook is for pods, and was asked about {review.operation} {review.kind}")
        name, value = self.injection.label
        if review.operation == "UPDATE":
            if _labels(review.old).get(name) != value:
                raise Refusal(
                    f"the label {name}: {value} says that a pod has its gate, and is set when it is made: take it out"
                )
            self._as_it_was(review)
            return Answer(True)
        if STATUS not in ((review.object.get("metadata") or {}).get("annotations") or {}):
            raise Refusal(f"the label {name}: {value} says that a pod has its gate, and this one has none: take it out")
        shaped(review.object)
        verified(review.object["spec"], planned(self.injection, wishes(review.object, self.injection), self.native))
        return Answer(True)

    def _as_it_was(self, review: Review) -> None:
        """Of a pod that runs only images can be changed, and containers for debugging be added."""
        old, made = review.old.get("spec") or {}, review.object.get("spec") or {}
        before, after = _images(old), _images(made)
        for name in sorted(NAMES):
            if before.get(name) != after.get(name):
                raise Refusal(f"the image of {name} is the gate's: it comes with the next pod, after an upgrade")
        debugged(old, made, NAMES, self.injection)

    def _left_alone(self, review: Review, decided: Eligible) -> Answer:
        if STATUS in ((review.object.get("metadata") or {}).get("annotations") or {}):
            raise Refusal(f"the pod claims to have its gate, but {decided.why}: take the annotation {STATUS} out")
        if _labels(review.object).get(self.injection.label[0]) == self.injection.label[1]:
            raise Refusal(
                f"the pod claims to have its gate, but {decided.why}: take the label {self.injection.label[0]} out"
            )
        if not decided.asked:
            return Answer(True)
        said = f"the pod has no gate: {decided.why}"
        if not review.dry_run:
            self.tell(review, said)
        return Answer(True, warnings=(said,))


def _labels(pod: Mapping[str, Any]) -> Mapping[str, Any]:
    return (pod.get("metadata") or {}).get("labels") or {}


def _images(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    return {one["name"]: one.get("image") for one in (*(spec.get("initContainers") or ()), *spec.get("containers", ()))}


def shaped(pod: Mapping[str, Any]) -> None:
    """Only as far as is read here; the API server judges the rest."""
    spec, metadata = pod.get("spec"), pod.get("metadata")
    if not isinstance(spec, dict) or not isinstance(metadata, dict | None) or not spec.get("containers"):
        raise Refusal("this is no pod: it has no containers under spec")
    for kind in ("initContainers", "containers", "volumes"):
        for one in _list(spec, kind):
            if not isinstance(one, dict) or not isinstance(one.get("name"), str):
                raise Refusal(f"this is no pod: an entry of spec.{kind} has no name")
            for inner in ("env", "volumeMounts", "volumeDevices"):
                for part in _list(one, inner):
                    # The hottest line of a large pod: thousands of variables.
                    if type(part) is not dict or type(part.get("name")) is not str:
                        raise Refusal(f"this is no pod: an entry of {one['name']}.{inner} has no name")
    for kind in ("labels", "annotations"):
        words = (metadata or {}).get(kind) or {}
        if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
            raise Refusal(f"this is no pod: metadata.{kind} is not text by name")


def _list(of: Mapping[str, Any], name: str) -> list[Any]:
    found = of.get(name) or []
    if not isinstance(found, list):
        raise Refusal(f"this is no pod: {name} is not a list")
    return found

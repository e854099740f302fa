"""Every policy of a gate, compiled together: what has to be scanned for, and which rules are for whom.

Rules:
- Immutable: a reload makes a new book and swaps it whole.
- All mistakes of all files at once; a file that cannot be read at all does not hide the mistakes of another.
- The digest is over what the policies say, not how: comments, order of rules, and tests do not change it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection
from sidecar.core.model.detector import Detector
from sidecar.core.model.document import Document, read_yaml, validated
from sidecar.core.model.named_field import NamedField
from sidecar.core.policy.agreement import disagreements
from sidecar.core.policy.compile import fields_of, own_detector, policy_from
from sidecar.core.policy.describing import NOTHING_KNOWN, Known, descriptions, wrongly_described
from sidecar.core.policy.judge import Ruleset
from sidecar.core.policy.rule import Policy
from sidecar.core.policy.written import PolicyWritten


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A policy file: its name for messages, and what stands in it."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Book:
    """`fields`: those that some rule masks by name."""

    digest: str
    detectors: tuple[Detector, ...]
    policies: tuple[Policy, ...]
    fields: tuple[NamedField, ...]

    def for_caller(self, caller: Caller, connection: Connection) -> Ruleset | None:
        """All policies that apply, together. None: there is no policy for this caller, so nothing may pass."""
        fitting = tuple(policy for policy in self.policies if policy.applies.to(caller, connection))
        return Ruleset(fitting) if fitting else None


def compile_book(sources: Sequence[PolicySource], catalogue: Sequence[Detector], known: Known = NOTHING_KNOWN) -> Book:
    """The book, or a `ConfigurationError` with every mistake in every file. `known`: programs and tools that need no
    description."""
    read: list[tuple[PolicyWritten, Document]] = []
    mistakes: list[Mistake] = []
    named: dict[str, str] = {}
    for source in sources:
        try:
            read.append(_read(source, catalogue, named, known))
        except ConfigurationError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigurationError(list(dict.fromkeys(mistakes)))
    read.sort(key=lambda one: one[0].policy)
    written = [one for one, _ in read]
    policies = tuple(policy_from(one, catalogue, descriptions(one.policy, one.understand, at)) for one, at in read)
    fields = {field for one in written for rule in one.rules for field in fields_of(rule)}
    return Book(_digest(written), _detectors(written, policies, catalogue), policies, tuple(sorted(fields)))


def read_policy(source: PolicySource, catalogue: Sequence[Detector]) -> PolicyWritten:
    """One policy as written, checked."""
    return _read(source, catalogue, {}, NOTHING_KNOWN)[0]


def _read(
    source: PolicySource, catalogue: Sequence[Detector], named: dict[str, str], known: Known
) -> tuple[PolicyWritten, Document]:
    """`named`: the file of each policy read so far."""
    document = read_yaml(source.text, source.file)
    mistakes = disagreements(document, [detector.id for detector in catalogue])
    mistakes += wrongly_described(document, known)
    name = document.value.get("policy") if isinstance(document.value, dict) else None
    if isinstance(name, str):
        if name in named:
            mistakes.append(document.mistake(("policy",), f"policy: {name!r} is already in {named[name]}"))
        named.setdefault(name, source.file)
    try:
        written = validated(document, PolicyWritten)
    except ConfigurationError as error:
        raise ConfigurationError([*error.mistakes, *mistakes]) from error
    if mistakes:
        raise ConfigurationError(mistakes)
    return written, document


def _detectors(
    written: Sequence[PolicyWritten], policies: Sequence[Policy], catalogue: Sequence[Detector]
) -> tuple[Detector, ...]:
    wanted = {name for policy in policies for rule in policy.rules for name in rule.detectors}
    own = [own_detector(one.policy, rule) for one in written for rule in one.rules]
    brought = sorted((detector for detector in own if detector), key=lambda detector: detector.id)
    return (*(detector for detector in catalogue if detector.id in wanted), *brought)


def _digest(written: Sequence[PolicyWritten]) -> str:
    said = [one.model_dump(mode="json", by_alias=True, exclude={"tests", "words", "description"}) for one in written]
    for policy in said:
        policy["rules"] = sorted(policy["rules"], key=lambda rule: str(rule["id"]))
    said.sort(key=lambda policy: str(policy["policy"]))
    return sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

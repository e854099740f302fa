"""What is written down of a request besides its verdict: all of it, masked, whether it was let through or not.

Rules:
- What cannot be read is not written down, and of a caller without an identity nothing is: anybody could fill the disk.
- A call that is refused before its session is known is shown through the rules in force, and remembered nowhere.
"""

from dataclasses import dataclass, field

from sidecar.core.exchange.desk import Session
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.transcript import Draft, Transcript
from sidecar.core.exchange.veil import Veil
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import Placeholders
from sidecar.core.wire.json_strict import JsonDocument


@dataclass(slots=True, repr=False)
class Material:
    """Filled in while a request is decided. `document`: as the provider gets it but for the masks; `came`: the bytes of
    what the agent sent. `masked`: what stands for each value that a rule minded."""

    document: JsonDocument
    scope: str
    came: bytes = field(repr=False)
    session: Session | None = None
    masked: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A transcript, and the memory in which it counts as known once it is recorded."""

    transcript: Transcript
    memory: SessionMemory = field(repr=False)
    original: bytes | None = field(default=None, repr=False)

    def recorded(self) -> None:
        self.transcript.recorded(self.memory)


def request_record(gate: Gate, material: Material, at: float) -> Written:
    session = material.session
    if session is None:
        rules, memory = gate.rules, SessionMemory()
        placeholders = Placeholders(gate.mask_key, material.scope, rules.words)
    else:
        rules, memory, placeholders = session.court.rules, session.memory, session.placeholders
    draft = Draft(Veil(rules, placeholders, memory, material.masked), rules.key, at, memory)
    original = material.came if gate.keep_originals else None
    return Written(draft.transcript(material.document.value), memory, original)

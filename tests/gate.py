"""What an agent is pointed at in a test, and what reached the model behind it.

Strategy: the same tests run twice. Once against the simulator alone: they are the control, and show that the planted
values would leave and that the agent behaves without us. And once through the gate.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sidecar.simulator.recording import Received, read_recording
from sidecar.simulator.script import read_script
from sidecar.simulator.serve import Options, Running, start

# What the model says of its own accord, for tests that cannot put it into the prompt. A turn fits every time.
SCRIPT = """
turns:
  - match: "make me a key"
    times: 0
    reply: [{text: "Here is one: %s. Keep it safe."}]
"""


@dataclass(frozen=True, slots=True)
class Gate:
    """`masks` is false for the control. `made_up` is a secret that the model says when asked to make one."""

    base_url: str
    token: str
    record: Path
    simulator: Running
    masks: bool
    made_up: str

    def received(self) -> list[Received]:
        return read_recording(self.record)

    def mark(self) -> Callable[[], list[Received]]:
        """Call it now, and what it gives back later: what was received in between."""
        before = len(self.received())
        return lambda: self.received()[before:]

    def arrived(self, received: list[Received]) -> bytes:
        """All that reached the model: every byte, and every JSON body once more without its escapes."""
        return b"\n".join(part for one in received for part in (one.everything(), _unescaped(one.body)))

    def report(self) -> dict[str, object]:
        return self.simulator.world.past.report()


def _unescaped(body: bytes) -> bytes:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "surrogatepass")
    except ValueError:
        return b""


@contextmanager
def direct(folder: Path, made_up: str) -> Iterator[Gate]:
    """The simulator alone."""
    options = Options(record=folder / "received.jsonl", bearer=True, script=read_script(SCRIPT % made_up, "script"))
    with start(options) as simulator:
        yield Gate(simulator.url, "a-token", folder / "received.jsonl", simulator, False, made_up)

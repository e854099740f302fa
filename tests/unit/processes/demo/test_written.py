"""What must hold for the record: each thing that is otherwise breaks its own check; and how a folder is searched."""

from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.processes.demo.planted import planted
from sidecar.processes.demo.written import Evidence, Searched, judged, searched
from tests.unit.processes.demo.made_up import broken

FOUND = [{"detector": "secret/aws-access-key-id"}, {"detector": "pii/email"}]
DECIDED = {"verdict": "mask", "findings": FOUND}
GOOD = Evidence(("decided", "answered"), (DECIDED,), Searched(9, 1000, ()), Searched(4, 1000, ("AWS key",)))


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, kinds=("decided",)), [0], "answers are not written down"),
        (replace(GOOD, kinds=()), [0], "nothing is"),
        (replace(GOOD, session=()), [1], "nothing about this session"),
        (replace(GOOD, session=({**DECIDED, "findings": FOUND[:1]},)), [1], "the address is missing"),
        (replace(GOOD, gate=Searched(9, 1000, ("AWS key",))), [2], "a secret at rest"),
        (replace(GOOD, gate=Searched(0, 0, ())), [2], "nothing was searched"),
        (replace(GOOD, agent=Searched(4, 1000, ())), [3], "a search that finds nothing anywhere"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note


def test_every_byte_of_every_file_is_searched(tmp_path: Path) -> None:
    values = planted()
    (tmp_path / "logs").mkdir()
    (tmp_path / "one").write_bytes(b"\x00\xff" + values.key.value.encode())
    (tmp_path / "logs" / "two").write_text(f"…{values.mail.drawn[:8]}…")
    (tmp_path / "three").write_text("nothing")
    seen = searched(tmp_path, values.all())
    assert seen == Searched(3, 22 + 14 + 7, ("AWS key", "mail address"))

"""What the evidence page says: chains, keys, reports, and a check in a process of its own."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from sidecar.control.web.questions.proofs import Verification
from sidecar.processes.console_evidence import KEPT, Proofs
from sidecar.record.clickhouse.place import Place
from sidecar.record.view.ledger import Ledger
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from tests.polling import until
from tests.unit.record.gates import gate, run
from tests.unit.record.view.conftest import SINCE, UNTIL

ANCHOR = "record: {anchors: [{file: state/anchor/checkpoints.jsonl}]}\n"
BEGIN, END = SINCE - timedelta(days=1), UNTIL + timedelta(days=1)


async def alone(folder: Path) -> Settings:
    """A gate without a database."""
    return load(await gate(folder, more=ANCHOR))


@pytest.fixture
async def over(tmp_path: Path, place: Place, ledger: Ledger) -> Proofs:
    return Proofs(load(await gate(tmp_path, more=f"record: {{clickhouse: '{place.address}'}}\n")))


async def checked(proofs: Proofs, by: str = "olga") -> Verification:
    await proofs.begin(by)
    await until(lambda: (last := proofs.last()) is not None and last.ended is not None, 60)
    last = proofs.last()
    assert last is not None
    return last


async def test_a_check_is_kept(tmp_path: Path) -> None:
    settings = await alone(tmp_path)
    proofs = Proofs(settings)
    assert proofs.last() is None
    last = await checked(proofs)
    assert (last.by, last.share, last.integrity, last.completeness, last.trouble) == ("olga", 1.0, True, True, None)
    assert (last.chains, last.faults) == (2, ())
    assert last.events > 24
    assert Proofs(settings).last() == last, "another life of the control plane knows it"


async def test_a_check_that_finds_something(tmp_path: Path) -> None:
    settings = await alone(tmp_path)
    run(tmp_path, "DELETE FROM events WHERE id = (SELECT min(id) + 3 FROM events)")
    last = await checked(Proofs(settings))
    assert not last.completeness
    assert last.faults


async def test_one_at_a_time_and_one_that_was_stopped_says_so(tmp_path: Path) -> None:
    settings = await alone(tmp_path)
    proofs = Proofs(settings)
    await proofs.begin("olga")
    await proofs.begin("grace")
    running = proofs.last()
    assert running is not None
    assert (running.by, running.ended) == ("olga", None)
    await asyncio.sleep(0)
    await proofs.close()
    last = proofs.last()
    assert last is not None
    assert last.trouble == "The check was stopped before its end."
    assert last.ended is not None


@pytest.mark.parametrize("kept", ["", "[]", "{}", '{"begun": 1}', json.dumps({"begun": 1, "by": "x", "faults": None})])
async def test_what_was_kept_badly_is_no_check(kept: str, tmp_path: Path) -> None:
    settings = await alone(tmp_path)
    settings.control_plane.folder.mkdir(parents=True, exist_ok=True)
    (settings.control_plane.folder / KEPT).write_text(kept)
    assert Proofs(settings).last() is None


async def test_without_a_database_there_are_anchors_and_keys(tmp_path: Path) -> None:
    found = Proofs(await alone(tmp_path)).evidence(None)
    assert found.away is not None
    assert "record.clickhouse" in found.away
    assert [(one.behind, one.trouble) for one in found.anchors] == [(0, None)]
    assert [one.signs for one in found.keys] == [True]
    assert "denials" in {one.name for one in found.reports}


async def test_chains_of_the_database(over: Proofs, ledger: Ledger) -> None:
    found = over.evidence(ledger)
    assert found.away is None
    (one,) = [one for one in found.chains if one.name == "gc_1"]
    assert one.events == ledger.rows("SELECT count() FROM events WHERE chain = 'gc_1'")[0][0]
    away = over.evidence(Ledger(Place("http://127.0.0.1:1/gatehouse"))).away
    assert "does not answer" in str(away)


async def test_long_lists_come_in_pages(over: Proofs) -> None:
    pages = [over.report("outside-hours", BEGIN, END, "", page, 5) for page in (1, 2, 900)]
    first, second, last = (one for one in pages if one)
    assert (first.page, second.page, last.page) == (1, 2, last.pages)
    assert len(first.cells) == 5 >= len(last.cells) > 0
    assert first.cells != second.cells
    whole = over.report_as("outside-hours", "csv", BEGIN, END, "")
    assert whole is not None
    assert len(whole.body.splitlines()) == 1 + 5 * (last.pages - 1) + len(last.cells)


async def test_a_report_as_a_page_and_as_files(over: Proofs) -> None:
    found = over.report("denials", BEGIN, END, "")
    assert found is not None
    assert {"no-zephyr", "contractors"} <= {cell for row in found.cells for cell in row}
    assert len(found.numbers) == len(found.columns) == len(found.cells[0])
    assert any(found.numbers)
    assert found.bars
    assert found.bars_title
    table = over.report_as("denials", "csv", BEGIN, END, "")
    listed = over.report_as("denials", "json", BEGIN, END, "support")
    assert table is not None
    assert listed is not None
    assert (table.name, table.media) == ("gatehouse-denials-20260228-20260401.csv", "text/csv; charset=utf-8")
    assert len(table.body.splitlines()) == 1 + len(found.cells)
    said = json.loads(listed.body)
    assert said["report"] == "denials"
    assert (over.report("none", BEGIN, END, ""), over.report_as("none", "csv", BEGIN, END, "")) == (None, None)
    assert over.report_as("denials", "exe", BEGIN, END, "") is None

"""Facts reach the record in the order in which they were noted."""

import asyncio
import logging

import pytest

from sidecar.core.errors import RecordingFailed
from sidecar.core.exchange.commands import Record as Wanted
from sidecar.extproc.notes import Notes
from tests.unit.extproc.playbook import Record


async def test_what_was_added_comes_before_what_is_written() -> None:
    record = Record()
    notes = Notes(record)
    notes.add("one", {})
    notes.add("two", {})
    await notes.write("three", {})
    assert record.facts == ["one", "two", "three"]


async def test_parts_go_with_their_fact() -> None:
    record = Record()
    notes = Notes(record)
    notes.add("one", {}, {"ab": b"1"})
    await notes.write("two", {}, {"cd": b"2"})
    assert record.parts == {"ab": b"1", "cd": b"2"}


async def test_settle_waits_for_all() -> None:
    record = Record(gate=asyncio.Event())
    notes = Notes(record)
    assert notes.settled
    notes.add("one", {})
    assert not notes.settled
    record.gate.set()
    await notes.settle()
    assert (notes.settled, record.facts) == (True, ["one"])


async def test_a_write_says_that_it_failed() -> None:
    with pytest.raises(RecordingFailed):
        await Notes(Record(broken=True)).write("one", {})


async def test_an_addition_that_failed_is_logged_without_its_content(caplog: pytest.LogCaptureFixture) -> None:
    notes = Notes(Record(broken=True))
    with caplog.at_level(logging.ERROR):
        notes.add("one", {"inner": "value"})
        await notes.settle()
    assert "the disk is full" in caplog.text
    assert "value" not in caplog.text


async def test_an_exchange_hears_of_what_it_waits_for() -> None:
    for note, broken, wait, failed in (
        ("not", False, False, None),
        ("well", False, True, False),
        ("ill", True, True, True),
    ):
        heard = await Notes(Record(broken=broken)).take(Wanted("one", {}, wait=wait), lambda: 5.0)
        assert (heard is None) is not wait, note
        assert heard is None or (heard.at, heard.failed is not None) == (5.0, failed), note

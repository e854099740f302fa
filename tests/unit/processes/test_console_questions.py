"""What the pages ask, answered from a real record."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sidecar.control.web.questions.asking import Away, NotReadable
from sidecar.control.web.questions.figures import Span
from sidecar.control.web.questions.rehearsed import Asker
from sidecar.control.web.questions.sessions import Which
from sidecar.processes.console_questions import RecordQuestions
from sidecar.record.clickhouse.place import Place
from sidecar.record.view import calls, listing
from sidecar.record.view.ledger import Ledger
from sidecar.settings.load import load
from tests.unit.record.view.conftest import EXCHANGES, SINCE, UNTIL

DAY = 86_400.0
SPAN = Span(SINCE.timestamp() - DAY, UNTIL.timestamp() + DAY, DAY)
ADA = Asker("ada", (), "claude", "/v1/messages")


def over(folder: Path, database: str | None) -> RecordQuestions:
    record = f"record: {{clickhouse: '{database}'}}\n" if database else ""
    (folder / "p.yaml").write_text("policy: p\napplies: {}\n")
    (folder / "gatehouse.yaml").write_text(f"policies: [p.yaml]\ndevelopment: {{identity: true}}\n{record}")
    return RecordQuestions(load(folder / "gatehouse.yaml"), UNTIL.timestamp)


@pytest.fixture
async def questions(tmp_path: Path, place: Place, ledger: Ledger) -> AsyncIterator[RecordQuestions]:
    made = over(tmp_path, place.address)
    yield made
    await made.close()


async def test_calls_in_pages(questions: RecordQuestions) -> None:
    first = await questions.calls(Which(), None, None)
    assert len(first.rows) == calls.MOST
    second = await questions.calls(Which(), first.after, None)
    assert len({one.exchange for one in (*first.rows, *second.rows)}) == 2 * calls.MOST
    assert first.rows[-1].at >= second.rows[0].at
    for odd in ("", "x", "12", "-x", "99999999999999999999-x"):
        assert (await questions.calls(Which(), odd, None)).rows == first.rows


async def test_what_is_new_since(questions: RecordQuestions) -> None:
    upto = (await questions.calls(Which(), None, None)).upto
    nothing = await questions.calls(Which(), None, upto)
    assert (list(nothing.rows), nothing.upto) == ([], upto)
    newer = await questions.calls(Which(), None, upto - 3_600)
    assert newer.rows
    assert newer.after is None
    assert newer.upto == max(one.changed for one in newer.rows)


async def test_sessions_in_pages_and_their_stories(questions: RecordQuestions) -> None:
    first = await questions.sessions(Which(), None)
    second = await questions.sessions(Which(), first.after)
    assert len({one.session for one in (*first.rows, *second.rows)}) == 2 * listing.MOST
    story = await questions.story(first.rows[0].session, 0, 3)
    assert story is not None
    assert story.count == first.rows[0].calls
    assert await questions.replay(first.rows[0].session) is not None
    since = UNTIL.timestamp() - DAY
    assert min(one.ended for one in (await questions.sessions(Which(since=since), None)).rows) >= since


async def test_overview_and_policies(questions: RecordQuestions) -> None:
    assert (await questions.overview(SPAN)).calls == EXCHANGES
    found = await questions.policies(SPAN)
    assert found.span == SPAN
    assert sum(one.calls for one in found.in_force) == EXCHANGES
    assert found.rules


async def test_reports(questions: RecordQuestions) -> None:
    found = await questions.report("denials", SPAN.begin, SPAN.until, "", 1)
    assert found is not None
    assert found.cells
    file = await questions.report_as("denials", "csv", SPAN.begin, SPAN.until, "")
    assert file is not None
    assert len(file.body.splitlines()) == len(found.cells) + 1
    assert await questions.report_line("denials") == found.line
    assert await questions.report_line("nothing") is None
    assert await questions.report("nothing", SPAN.begin, SPAN.until, "", 1) is None


async def test_a_rehearsal_needs_no_database(tmp_path: Path) -> None:
    questions = over(tmp_path, None)
    assert (await questions.explain(ADA, b"hello")).verdict == "allow"
    with pytest.raises(NotReadable):
        await questions.explain(ADA, b"{")
    await questions.close()


@pytest.mark.parametrize(("database", "configured"), [(None, False), ("http://127.0.0.1:1/gatehouse", True)])
async def test_no_database(database: str | None, configured: bool, tmp_path: Path) -> None:
    questions = over(tmp_path, database)
    for question in (
        questions.overview(SPAN),
        questions.calls(Which(), None, None),
        questions.sessions(Which(), None),
        questions.story("s", 0, 1),
        questions.replay("s"),
        questions.policies(SPAN),
        questions.report("denials", 0.0, 1.0, "", 1),
    ):
        with pytest.raises(Away) as away:
            await question
        assert away.value.configured is configured
    evidence = await questions.evidence()
    assert evidence.away
    assert evidence.reports
    await questions.close()

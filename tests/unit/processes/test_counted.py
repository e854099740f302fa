"""Metrics come from the facts that are recorded."""

from collections.abc import Mapping

import pytest

from sidecar.core.errors import RecordingFailed
from sidecar.core.exchange.commands import Record
from sidecar.core.exchange.events import Recorded, RequestChunk, RequestStarted
from sidecar.core.exchange.gate import Gate
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.detector import Detector
from sidecar.core.model.http import RequestHead
from sidecar.core.policy.book import PolicySource, compile_book
from sidecar.extproc.grpc_stream import Reason
from sidecar.processes.counted import REASONS, CountedExchange, CountedRecorder, reported
from sidecar.telemetry.metrics import Metrics

CATALOGUE = (Detector("secret/x", "X", "secret-[0-9]+"),)
POLICY = "policy: p\nrules: [{id: x, detect: ['secret/*'], do: mask}]\n"


class Paper:
    """A spool that may be torn."""

    def __init__(self, torn: bool = False) -> None:
        self.torn = torn
        self.parts: dict[str, bytes] = {}

    async def record(self, kind: str, fact: Mapping[str, object], parts: Mapping[str, bytes]) -> None:
        if self.torn:
            raise RecordingFailed("no space")
        self.parts.update(parts)


def metrics() -> Metrics:
    return Metrics(["claude"], ["secret/x"])


def value(numbers: Metrics, series: str) -> float:
    return next(
        (float(line.rsplit(" ", 1)[1]) for line in numbers.text().decode().splitlines() if line.startswith(series)), 0.0
    )


def finding(**changes: object) -> dict[str, object]:
    return {"detector": "secret/x", "action": "mask", "shadow": False, **changes}


async def test_findings_and_refusals_are_counted() -> None:
    numbers = metrics()
    recorder = CountedRecorder(Paper(), numbers)  # type: ignore[arg-type]
    fact = {
        "connection": "claude",
        "verdict": "deny",
        "refused_with": 400,
        "findings": [finding(), finding(shadow=True)],
    }
    await recorder.record("decided", fact)
    assert value(numbers, 'gatehouse_findings_total{action="mask",detector="secret/x"}') == 1
    assert value(numbers, 'gatehouse_findings_total{action="shadow",detector="secret/x"}') == 1
    assert value(numbers, 'gatehouse_exchanges_total{connection="claude",status="400",verdict="deny"}') == 1


async def test_a_forwarded_call_counts_when_its_answer_ended() -> None:
    numbers = metrics()
    recorder = CountedRecorder(Paper(), numbers)  # type: ignore[arg-type]
    await recorder.record("decided", {"connection": "claude", "verdict": "allow", "refused_with": None, "findings": []})
    assert "gatehouse_exchanges_total{" not in numbers.text().decode()
    answered = {"connection": "claude", "verdict": "allow", "status": 200, "findings": [], "held_characters": 7}
    await recorder.record("answered", answered)
    assert value(numbers, 'gatehouse_exchanges_total{connection="claude",status="200",verdict="allow"}') == 1
    assert value(numbers, "gatehouse_held_back_characters_sum") == 7


async def test_a_call_that_people_turned_back_counts_once() -> None:
    numbers = metrics()
    recorder = CountedRecorder(Paper(), numbers)  # type: ignore[arg-type]
    await recorder.record("decided", {"connection": "claude", "verdict": "hold", "refused_with": None, "findings": []})
    await recorder.record("not_forwarded", {"connection": "claude", "verdict": "hold", "status": 451})
    await recorder.record("not_forwarded", {"why": "no credential"})
    assert value(numbers, 'gatehouse_exchanges_total{connection="claude",status="451",verdict="hold"}') == 1


async def test_a_fact_that_is_not_durable_is_counted_and_still_fails() -> None:
    numbers = metrics()
    with pytest.raises(RecordingFailed):
        await CountedRecorder(Paper(torn=True), numbers).record("cut", {})  # type: ignore[arg-type]
    assert value(numbers, "gatehouse_record_failures_total") == 1


async def test_parts_pass_as_they_are() -> None:
    paper = Paper()
    recorder = CountedRecorder(paper, metrics())  # type: ignore[arg-type]
    await recorder.record("cut", {}, {"ab": b"long"})
    assert paper.parts == {"ab": b"long"}


def test_the_exchange_is_the_real_one_and_its_work_is_timed() -> None:
    numbers = metrics()
    gate = Gate(
        Rules.of(compile_book([PolicySource("p.yaml", POLICY)], CATALOGUE)),
        (Connection("claude", Kind.CLAUDE, "https://api.example.com"),),
        b"k" * 32,
    )
    exchange = CountedExchange(gate, "gx_1", numbers)
    assert exchange.receive(RequestStarted(RequestHead("POST", "/v1/messages"), None, 1.0)) == ()
    (record,) = exchange.receive(RequestChunk(b"{}", 1.0, True))
    assert isinstance(record, Record)
    assert exchange.receive(Recorded(1.0))[0].status == 401  # type: ignore[union-attr]
    assert value(numbers, 'gatehouse_bytes_total{direction="request"}') == 2
    assert value(numbers, 'gatehouse_scan_seconds_count{direction="request"}') == 1


@pytest.mark.parametrize("reason", list(Reason))
def test_every_early_end_is_counted_under_a_known_word(reason: Reason) -> None:
    numbers = metrics()
    reported(numbers)(reason, "while reading")
    assert value(numbers, f'gatehouse_stream_failures_total{{reason="{REASONS[reason]}"}}') == 1

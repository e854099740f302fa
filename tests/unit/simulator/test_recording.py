import json
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.simulator.recording import Received, Recording, read_recording

REQUESTS = [
    Received("POST", "/v1/messages?beta=true", (("x-a", "1"), ("x-a", "2")), '{"a": "ü"}'.encode()),
    Received("POST", "/x", (("x-b", "\xff"),), bytes(range(256))),
    Received("HEAD", "/", (), b""),
]


def test_what_is_read_is_what_was_received(tmp_path: Path) -> None:
    file = tmp_path / "record.jsonl"
    recording = Recording(file)
    for received in REQUESTS:
        recording.add(received)
        assert read_recording(file)[-1] == received  # before it is closed
    recording.close()
    again = Recording(file)
    again.add(REQUESTS[0])
    again.close()
    assert read_recording(file) == [*REQUESTS, REQUESTS[0]]


def test_text_is_there_where_it_is_text(tmp_path: Path) -> None:
    recording = Recording(tmp_path / "record.jsonl")
    for received in REQUESTS:
        recording.add(received)
    recording.close()
    lines = (tmp_path / "record.jsonl").read_text().splitlines()
    assert [json.loads(line)["text"] for line in lines] == ['{"a": "ü"}', None, ""]


def test_header_and_everything() -> None:
    assert REQUESTS[0].header("X-A") == "1"
    assert REQUESTS[0].header("x-b") is None
    assert REQUESTS[0].everything() == b'POST /v1/messages?beta=true\nx-a: 1\nx-a: 2\n\n{"a": "\xc3\xbc"}'


def test_a_place_where_nothing_can_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot record there"):
        Recording(tmp_path / "nowhere" / "record.jsonl")

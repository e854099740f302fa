"""The planted values are what they claim to be, and any piece of one is noticed."""

import pytest

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from sidecar.processes.demo.planted import Secret, planted

SECRET = Secret("one", "ghp_", "abcdefghijklmnop", "@end")


@pytest.mark.parametrize(
    ("data", "traces", "note"),
    [
        (b"nothing of it", 0, "nothing"),
        (b"x ghp_abcdefghijklmnop@end y", 9, "whole"),
        (b"abcdefgh", 1, "its first half"),
        (b'{"text": "ijklmnop"}', 1, "its second half"),
        (b"ghp_ and @end", 0, "only what everybody knows"),
        (b"abcdefg|hijklmnop", 2, "cut"),
    ],
)
def test_a_trace_is_noticed(data: bytes, traces: int, note: str) -> None:
    assert SECRET.traces(data) == traces, note


def test_every_value_is_found_whole_by_a_detector() -> None:
    compiled = Compiled(builtin())
    for secret in planted().all():
        text = f"see {secret.value} here".encode()
        spans = {(match.start, match.end) for match in compiled.scan(text)}
        assert (4, 4 + len(secret.value)) in spans, secret.name


def test_every_tour_has_its_own() -> None:
    one, other = planted(), planted()
    assert not {secret.value for secret in one.all()} & {secret.value for secret in other.all()}

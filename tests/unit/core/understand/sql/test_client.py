"""Lines that the client runs."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.client import client

RUNS, LEAVES, UNKNOWN = Effect.RUNS_CODE, Effect.LEAVES_MACHINE, Effect.UNKNOWN


@pytest.mark.parametrize(
    ("line", "effects"),
    [
        (r"\! rm x", {RUNS}),
        (r"\o |sh", {RUNS, LEAVES, Effect.WRITES}),
        (r"\o", set()),
        (r"\i x.sql", {RUNS, UNKNOWN}),
        (r"\x \! id", {RUNS}),
        (r"\set a `id`", {RUNS}),
        (r"\g /tmp/x", {LEAVES, Effect.WRITES}),
        (r"\g", set()),
        (r"\dt+ public.*", set()),
        (r"\gexec", {UNKNOWN}),
        (r"\frobnicate", {UNKNOWN}),
        (r"\c db bob h.example.org", {LEAVES}),
        (r"\c db", set()),
        (".shell ls", {RUNS}),
        (".headers on", set()),
        (".restore x", {Effect.DESTROYS_DATA}),
        (".frobnicate", {UNKNOWN}),
        (":!!dir", {RUNS}),
    ],
)
def test_lines(line: str, effects: set[Effect]) -> None:
    assert {deed.effect for deed in client(line).deeds} == effects


def test_copy_is_read_as_sql() -> None:
    assert [inner.text for inner in client(r"\copy t from program 'id'").inner] == ["COPY t from program 'id'"]

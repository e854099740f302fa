"""Texts cut into statements."""

import pytest

from sidecar.core.understand.sql.lex import lexed
from sidecar.core.understand.sql.split import delimited, statements
from sidecar.core.understand.sql.token import MANNERS


@pytest.mark.parametrize(
    ("text", "lines", "firsts"),
    [
        ("a b; c;; d", False, "A C D"),
        ("a\n\\! x\nb", False, "A \\! x B"),
        ("SELECT 1\nDROP TABLE x", False, "SELECT"),
        ("SELECT 1\nDROP TABLE x", True, "SELECT DROP"),
        ("SELECT 1 DROP TABLE x", True, "SELECT"),
        ("UPDATE t\nSET a = 1", True, "UPDATE"),
        ("DECLARE @a int\nSELECT @a", True, "DECLARE SELECT"),
        ("MERGE t USING s ON a = b WHEN MATCHED THEN\nDELETE", True, "MERGE"),
        ("CREATE TABLE t (\nDROP int)", True, "CREATE"),
    ],
)
def test_where_statements_begin(text: str, lines: bool, firsts: str) -> None:
    cut = statements(lexed(text, MANNERS["postgres"]).tokens, text, lines)
    assert " ".join(statement[0].word for statement in cut) == firsts


def test_another_delimiter_becomes_a_semicolon_in_its_place() -> None:
    text = "DELIMITER //\nDROP TABLE a// SELECT 1//\nDELIMITER ;\nSELECT 2;"
    plain = delimited(text)
    assert len(plain) == len(text)
    assert plain.count(";") == 3
    assert plain.index("DROP") == text.index("DROP")
    assert delimited("SELECT 1") == "SELECT 1"

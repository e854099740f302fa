"""Which language is read how."""

from sidecar.core.understand.code import LARGEST, in_code


def test_python_is_parsed_and_searched_where_it_does_not_parse() -> None:
    assert in_code("import os as o\no.system('rm x')", "python").scripts == ("rm x",)
    assert in_code("os.system('rm x'", "python").scripts == ("rm x",)


def test_others_are_searched() -> None:
    assert in_code("execSync('rm x')", "node").scripts == ("rm x",)


def test_what_is_too_long_is_unknown() -> None:
    assert in_code("x" * (LARGEST + 1), "python").unread

"""Every program by name."""

from sidecar.core.understand.shell.programs import program


def test_names_are_found_in_any_case_and_with_the_ending_of_windows() -> None:
    assert program("rm") is program("RM") is program("rm.exe")
    assert program("rm") is not None
    assert program("frobnicate") is None


def test_the_table_that_knows_more_wins() -> None:
    assert program("ping") is program("dig")
    assert program("vim") is not program("less")

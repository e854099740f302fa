"""`gatehouse audit`: which subcommand is whose."""

import pytest

from sidecar.cli.main import main


def test_help_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--help"]) == 0
    said = capsys.readouterr().out
    assert "migrate" in said
    assert "open" in said


@pytest.mark.parametrize("words", [[], ["nonsense"], ["migrate", "--nonsense"]])
def test_what_is_not_there_is_a_usage_error(words: list[str]) -> None:
    assert main(["audit", *words]) == 2


def test_a_subcommand_has_its_own_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "hold", "--help"]) == 0
    assert "--release" in capsys.readouterr().out

"""PowerShell that only looks, and all else."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.found import Collected
from sidecar.core.understand.power_shell import in_power_shell


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Get-ChildItem -Recurse | Measure-Object", True),
        ("get-process; Get-Date", True),
        ("ls | sort", True),
        ("Remove-Item x", False),
        ("Get-ChildItem | Remove-Item", False),
        ("Get-ChildItem | ForEach-Object { rm $_ }", False),
        ("Get-Item (iex x)", False),
        ("Format-Volume -DriveLetter D", False),
        ("Get-Credential", False),
        ("Get-Content a > b", False),
    ],
)
def test_only_what_looks_is_read(text: str, read: bool) -> None:
    collected = Collected()
    in_power_shell(text, collected)
    assert (not collected.unread) is read
    assert not collected.deeds


@pytest.mark.parametrize("text", [r"Get-Content C:\Users\ann\.ssh\id_rsa", "Get-Content '.env'", "Get-ChildItem Env:"])
def test_secrets_count(text: str) -> None:
    collected = Collected()
    in_power_shell(text, collected)
    assert [deed.effect for deed in collected.deeds] == [Effect.READS_SECRET]

"""What sets up a shell prints nothing that counts; anything else it prints is not known."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.read import shell


@pytest.mark.parametrize(
    "asked",
    [
        "ssh-agent -s",
        "pyenv init -",
        "pyenv init --path",
        "direnv hook bash",
        "brew shellenv",
        "conda shell.bash hook",
        "kubectl completion zsh",
        "starship init bash",
    ],
)
def test_a_shell_is_set_up(asked: str) -> None:
    assert Effect.UNKNOWN not in shell(f'eval "$({asked})"').effects


@pytest.mark.parametrize("asked", ["ssh-agent sh -c x", "pyenv exec x", "acme init -", "brew list", "ssh-agent"])
def test_anything_else_that_is_printed_is_unknown(asked: str) -> None:
    assert Effect.UNKNOWN in shell(f'eval "$({asked})"').effects


def test_what_came_from_a_host_stays_so() -> None:
    assert Effect.UNKNOWN in shell('eval "$(curl -s https://x.example/completion)"').effects

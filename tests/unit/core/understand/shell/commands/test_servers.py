"""Programs that open this folder to others."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Call, Word
from sidecar.core.understand.shell.commands.servers import file_server, only_here, php_server


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:80", True),
        ("localhost:80", True),
        ("[::1]", True),
        ("0.0.0.0:80", False),
        ("", False),
        ("10.0.0.4", False),
        ("::", False),
    ],
)
def test_which_addresses_others_reach(address: str, here: bool) -> None:
    assert only_here(address) is here


@pytest.mark.parametrize(
    ("words", "leaves"),
    [("", True), ("8000", True), ("8000 --bind 0.0.0.0", True), ("-b 127.0.0.1 8000", False), ("--bind ::1", False)],
)
def test_a_server_of_files(words: str, leaves: bool) -> None:
    args = tuple(map(Word, words.split()))
    found = {deed.effect for deed in file_server(Call("python", args), args).deeds}
    assert (Effect.LEAVES_MACHINE in found) is leaves


@pytest.mark.parametrize(("words", "leaves"), [("-S 0.0.0.0:80", True), ("-S localhost:80", False), ("a.php", False)])
def test_the_server_of_php(words: str, leaves: bool) -> None:
    found = {deed.effect for deed in php_server(Call("php", tuple(map(Word, words.split())))).deeds}
    assert (Effect.LEAVES_MACHINE in found) is leaves

"""Programs that SQL starts."""

import pytest

from sidecar.core.understand.sql.read import sql
from sidecar.core.understand.sql.started import command, only_on_client, programs


@pytest.mark.parametrize(
    ("text", "started", "client"),
    [
        ("COPY t TO PROGRAM 'gzip'", ("gzip",), False),
        ("\\! ls -l", ("ls -l",), True),
        (".system date", ("date",), True),
        ("\\g | less", ("less",), True),
        ("\\!", (), False),
        ("EXEC xp_cmdshell 'dir'", (), False),
        ("SELECT 1", (), True),
    ],
)
def test_their_words(text: str, started: tuple[str, ...], client: bool) -> None:
    read = sql(text)
    assert (programs(read), only_on_client(read)) == (started, client)


def test_no_words_are_no_object() -> None:
    assert command("  ") == ()

"""What verbs say by themselves."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import Word
from sidecar.core.understand.shell.flags import flags
from sidecar.core.understand.shell.said import said

LOSS, MILD, ACCESS, SECRET, SENDS = (
    {Effect.DESTROYS_DATA},
    {Effect.DELETES},
    {Effect.CHANGES_ACCESS},
    {Effect.READS_SECRET},
    {Effect.LEAVES_MACHINE},
)
NOTHING: set[Effect] = set()


@pytest.mark.parametrize(
    ("line", "effects"),
    [
        ("destroy tank", LOSS),
        ("delete_queue jobs", LOSS),
        ("db:drop", LOSS),
        ("bucket purge x", LOSS),
        ("compute instance terminate", LOSS),
        ("ecs DeleteInstance", LOSS),
        ("--topic a --delete", LOSS),
        ("clear", MILD),
        ("reset", LOSS),
        ("clear --hard", LOSS),
        ("rm x", MILD),
        ("volumes rm x --force", LOSS),
        ("cache clear --all", MILD),
        ("user add eve", ACCESS),
        ("add-user eve", ACCESS),
        ("set_permissions eve", ACCESS),
        ("grant all", ACCESS),
        ("secrets get prod", SECRET),
        ("get password github", SECRET),
        ("decrypt file", SECRET),
        ("login --show-token", SECRET),
        ("upload report", SENDS),
        ("list", NOTHING),
        ("run a delete", NOTHING),
        ("search password", NOTHING),
        ("test destroy", NOTHING),
        ("create delete", NOTHING),
        ("src/delete.py", NOTHING),
        ("test:delete", NOTHING),
        ("ecto.drop", LOSS),
        ("flyway:clean", LOSS),
        ("delete.py", NOTHING),
        ("component new --name AddUser", NOTHING),
        ("deleted", NOTHING),
        ("'delete the old table'", NOTHING),
        ("prune repo", LOSS),
        ("store prune", MILD),
        ("metadata clear", LOSS),
        ("snapshot restore x", LOSS),
        ("setup:uninstall", LOSS),
        ("uninstall plugin", MILD),
        ("--reset-offsets", LOSS),
        ("--delete-delay", NOTHING),
        ("--dangerously-skip-permissions", {Effect.ESCALATES}),
        ("user eve /add", ACCESS),
        ("refunds create", {Effect.SPENDS}),
        ("build --force", NOTHING),
    ],
)
def test_the_first_words_and_the_options_say_it(line: str, effects: set[Effect]) -> None:
    words = line.strip("'").split() if not line.startswith("'") else [line.strip("'")]
    read = flags([Word(word) for word in words])
    assert set(said(read)) == effects


def test_the_name_of_the_program_may_say_what_is_meant() -> None:
    read = flags([Word("view"), Word("x.yml")])
    assert said(read, name="ansible-vault") == (Effect.READS_SECRET,)
    assert said(read, name="file-viewer") == ()

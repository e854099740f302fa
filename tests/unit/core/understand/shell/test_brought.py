"""Folders that came from the network."""

import pytest

from sidecar.core.model.effect import Effect, Thing
from sidecar.core.understand.shell.brought import bring, brought
from sidecar.core.understand.shell.call import Call, Stream
from sidecar.core.understand.shell.commands.remove import CWD
from sidecar.core.understand.shell.read import shell


@pytest.mark.parametrize(
    ("folder", "cwd", "path", "named", "known"),
    [
        ("x", ".", "x/run.sh", False, True),
        ("x", ".", "./run.sh", False, False),
        ("x", "x", "./run.sh", False, True),
        ("x", "x", "setup.py", True, True),
        ("x", "y", "setup.py", True, False),
        (".", ".", "./run", False, True),
        (".", ".", "own.py", True, False),
        (".", "x", "setup.py", True, True),
        ("/tmp/x", ".", "/tmp/x/a", False, True),
        ("/tmp/x", ".", "/tmp/xy/a", False, False),
    ],
)
def test_what_lies_in_one_came_from_there(folder: str, cwd: str, path: str, named: bool, known: bool) -> None:
    call = Call("git")
    bring(call, folder, ("x.example",))
    call.files[CWD] = Stream(cwd)
    assert (brought(call.files, path, named=named) is not None) is known


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("git clone https://x.example/a && cd a && ./install.sh", True),
        ("git clone https://x.example/a b && bash b/i.sh", True),
        ("cd /tmp && git clone git@x.example:a/b.git && cd b && make", True),
        ("curl https://x.example/a.tgz | tar xz && cd a && ./configure", True),
        ("curl -LO https://x.example/a.zip && unzip a.zip -d /tmp/q && /tmp/q/run", True),
        ("gh repo clone a/b && cd b && python3 setup.py build", True),
        ("git clone https://x.example/a && cd a && ls", False),
        ("curl https://x.example/a.tgz | tar xz && python3 own.py", False),
        ("tar xzf own.tgz && ./own/run", False),
        ("cd a && ./install.sh", False),
    ],
)
def test_running_it_runs_code_from_there(text: str, foreign: bool) -> None:
    deeds = [deed for deed in shell(text).deeds if deed.effect is Effect.RUNS_CODE]
    assert any(thing.kind is Thing.HOST for deed in deeds for thing in deed.objects) is foreign

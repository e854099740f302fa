"""What a path is."""

from collections.abc import Callable

import pytest

from sidecar.core.understand import paths

CASES = (
    (paths.is_secret, "~/.ssh/id_rsa", True),
    (paths.is_secret, "a/../.env", True),
    (paths.is_secret, ".env.example", False),
    (paths.is_secret, "~/.ssh/id_rsa.pub", False),
    (paths.is_secret, ".env.local.sample", False),
    (paths.is_secret, "src/id_*", True),
    (paths.is_secret, "*cred*", True),
    (paths.is_secret, "*.json", False),
    (paths.is_secret, "src/*", False),
    (paths.is_secret, "/proc/self/environ", True),
    (paths.is_secret, "src/environment.py", False),
    (paths.is_device, "/dev/sda1", True),
    (paths.is_device, "/dev/null", False),
    (paths.is_socket, "/dev/tcp/x.example/80", True),
    (paths.is_nothing, "/dev/null", True),
    (paths.is_nothing, "/dev/fd/3", True),
    (paths.is_nothing, "null", False),
    (paths.is_store, "data/app.sqlite3", True),
    (paths.is_store, "app.dbt", False),
    (paths.grants_access, "/root/.ssh/authorized_keys", True),
    (paths.grants_access, "keys.txt", False),
    (paths.starts_something, "~/.bashrc", True),
    (paths.starts_something, ".git/hooks/pre-commit", True),
    (paths.starts_something, "/usr/local/bin/x", True),
    (paths.starts_something, "bin/x", False),
    (paths.is_system, "/etc/hosts", True),
    (paths.is_system, "/tmp/x", False),
    (paths.is_kept, "/var/lib/x", True),
    (paths.is_kept, "/workspace/x", False),
    (paths.is_working_tree, "/home/me/app", True),
    (paths.is_working_tree, "/etc/x", False),
    (paths.is_temporary, "/tmp/x", True),
    (paths.is_temporary, "/tmp", False),
    (paths.is_temporary, "/tmp/../etc", False),
    (paths.is_makeable, "node_modules", True),
    (paths.is_makeable, "./packages/a/dist/", True),
    (paths.is_makeable, "/srv/dist", False),
    (paths.is_makeable, "build/../src", False),
    (paths.is_makeable, ".", False),
    (paths.is_makeable, "\x00", False),
    (paths.is_makeable, "/usr/lib/node_modules", False),
)


@pytest.mark.parametrize(("question", "path", "answer"), CASES)
def test_what_a_path_is(question: Callable[[str], bool], path: str, answer: bool) -> None:
    assert question(path) is answer


def test_one_spelling_for_one_path() -> None:
    assert {paths.folded(text) for text in ("/a/b", "//a/b", "/a/./c/../b", "file:///a/b")} == {"/a/b"}
    assert paths.folded("") == ""

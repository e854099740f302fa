"""File tools."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.files import FILE_TOOLS


@pytest.mark.parametrize(
    ("tool", "given", "effects"),
    [
        ("read", {"file_path": "a.py"}, {Effect.READS}),
        ("read", {"file_path": "/home/me/.aws/credentials"}, {Effect.READS_SECRET}),
        ("read", {"file_path": 1}, {Effect.UNKNOWN}),
        ("read_multiple_files", {"paths": ["a", ".env"]}, {Effect.READS, Effect.READS_SECRET}),
        ("glob", {"pattern": "**"}, {Effect.READS}),
        ("write", {"file_path": "a.py"}, {Effect.WRITES}),
        ("write", {}, {Effect.UNKNOWN}),
        ("write", {"file_path": "/root/.bashrc"}, {Effect.WRITES, Effect.RUNS_CODE}),
        ("edit", {"file_path": ".github/workflows/a.yml"}, {Effect.WRITES, Effect.RUNS_CODE}),
        ("write", {"file_path": "/root/.ssh/authorized_keys"}, {Effect.WRITES, Effect.CHANGES_ACCESS}),
        ("write", {"file_path": "/etc/fstab"}, {Effect.WRITES, Effect.DESTROYS_DATA}),
        ("delete_file", {"path": "a"}, {Effect.DELETES}),
        ("delete_directory", {"path": "/etc/x"}, {Effect.DESTROYS_DATA}),
        ("memory", {"command": "view", "path": "/memories"}, {Effect.READS}),
        ("memory", {"command": "delete", "path": "/memories/a"}, {Effect.DELETES}),
        ("str_replace_editor", {"command": "create", "path": "a"}, {Effect.WRITES}),
    ],
)
def test_what_a_file_tool_does(tool: str, given: dict[str, object], effects: set[Effect]) -> None:
    assert FILE_TOOLS[tool](given).effects == effects

"""Tools that are read by their arguments."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.mcp import MOST_ARGUMENTS, by_arguments


@pytest.mark.parametrize(
    ("tool", "given", "effects"),
    [
        ("mcp__x__frob", {}, {Effect.UNKNOWN}),
        ("mcp__x__frob", {"path": "a"}, {Effect.READS, Effect.UNKNOWN}),
        ("mcp__x__get_order", {"id": 1}, {Effect.READS}),
        ("mcp__x__deleteUser", {"id": 1}, {Effect.DESTROYS_DATA}),
        ("mcp__x__get_and_delete", {}, {Effect.DESTROYS_DATA, Effect.READS}),
        ("mcp__x__send_mail", {}, {Effect.LEAVES_MACHINE}),
        ("mcp__x__frob", {"command": "rm -rf /srv"}, {Effect.DESTROYS_DATA}),
        ("mcp__x__frob", {"a": {"b": [{"command": ["rm", "-rf", "/srv"]}]}}, {Effect.DESTROYS_DATA}),
        ("mcp__x__frob", {"commands": ["ls", "rm -rf /srv"]}, {Effect.DESTROYS_DATA}),
        ("mcp__x__find", {"query": "cats"}, {Effect.READS}),
        ("mcp__x__find", {"query": "DROP TABLE a"}, {Effect.READS, Effect.DESTROYS_DATA}),
        ("mcp__x__read_file", {"path": ".env"}, {Effect.READS, Effect.READS_SECRET}),
        ("mcp__x__write_file", {"path": "a"}, {Effect.WRITES}),
        ("mcp__x__fetch", {"url": "https://x.example", "method": "DELETE"}, {Effect.READS, Effect.DESTROYS_DATA}),
        ("mcp__x__frob", {"code": "print(1)"}, {Effect.RUNS_CODE}),
        ("mcp__x__add_member", {"role": "admin"}, {Effect.WRITES, Effect.CHANGES_ACCESS}),
        ("mcp__x__list_members", {"role": "admin"}, {Effect.READS}),
        ("mcp__x__get_secret_value", {}, {Effect.READS, Effect.READS_SECRET}),
        ("mcp__x__list_secrets", {}, {Effect.READS}),
        ("mcp__x__create_container", {"volumes": ["/:/host"]}, {Effect.WRITES, Effect.ESCALATES}),
        ("mcp__x__create_container", {"volumes": ["./data:/data"]}, {Effect.WRITES}),
        ("mcp__x__create_container", {"privileged": True}, {Effect.WRITES, Effect.ESCALATES}),
        ("mcp__x__aggregate", {"pipeline": [{"$out": "t"}]}, {Effect.READS, Effect.DESTROYS_DATA}),
        ("mcp__x__find", {"filter": {"$where": "1"}}, {Effect.READS, Effect.UNKNOWN}),
        ("mcp__x__users", {"action": "list"}, {Effect.READS}),
        ("mcp__x__graphql", {"query": "query { a { b } }"}, {Effect.READS}),
        ("mcp__x__frob", {"operation": "add_binding", "role": "owner"}, {Effect.WRITES, Effect.CHANGES_ACCESS}),
        ("mcp__x__search", {"query": "drop list"}, {Effect.READS}),
        ("mcp__x__search", {"query": "update on delete failed"}, {Effect.READS}),
        ("mcp__redis__command", {"command": "FLUSHALL"}, {Effect.DESTROYS_DATA}),
        ("mcp__x__kubectl", {"args": ["delete", "namespace", "prod"]}, {Effect.DESTROYS_DATA}),
        ("mcp__x__users", {"action": "delete"}, {Effect.DESTROYS_DATA}),
        ("mcp__x__graphql", {"query": "mutation { deleteUser(id: 3) { id } }"}, {Effect.DESTROYS_DATA}),
        ("mcp__x__graphql", {"query": "mutation M"}, {Effect.UNKNOWN}),
        ("mcp__nb__run_cell", {"source": "!rm -rf /srv"}, {Effect.RUNS_CODE, Effect.DESTROYS_DATA}),
    ],
)
def test_what_a_call_does(tool: str, given: dict[str, object], effects: set[Effect]) -> None:
    assert by_arguments(tool, given).effects == effects


def test_more_arguments_than_are_read_are_unknown() -> None:
    assert Effect.UNKNOWN in by_arguments("get", {str(n): n for n in range(MOST_ARGUMENTS + 1)}).effects


def test_a_tool_that_another_reader_knows_is_not_unknown() -> None:
    assert by_arguments("mcp__x__frob", {}, described=True).effects == set()

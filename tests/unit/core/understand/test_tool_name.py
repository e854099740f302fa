"""Names of tools."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.tool_name import revealed, verbs_of, words_of


@pytest.mark.parametrize(
    ("tool", "verbs"),
    [
        ("mcp__x__get_order", {Effect.READS}),
        ("mcp__delete__get", {Effect.READS}),
        ("deleteUser", {Effect.DESTROYS_DATA}),
        ("get_and_delete", {Effect.READS, Effect.DESTROYS_DATA}),
        ("create_and_send", {Effect.WRITES, Effect.LEAVES_MACHINE}),
        ("update_branch_protection", {Effect.WRITES, Effect.CHANGES_ACCESS}),
        ("draft_email", {Effect.WRITES}),
        ("frob", set()),
    ],
)
def test_verbs(tool: str, verbs: set[Effect]) -> None:
    assert set(verbs_of(tool)) == verbs


def test_words() -> None:
    assert words_of("k8s_deleteAll") == ["k", "8", "s", "delete", "all", "k8s", "deleteall"]


@pytest.mark.parametrize(
    ("tool", "effects"),
    [
        ("get_secret_value", (Effect.READS_SECRET,)),
        ("list_secrets", ()),
        ("create_secret", (Effect.CHANGES_ACCESS,)),
        ("get_order", ()),
    ],
)
def test_secrets(tool: str, effects: tuple[Effect, ...]) -> None:
    assert revealed(tool) == effects

"""The words of the protocol, against those of its own library."""

from mcp_types import methods

from sidecar.core.wire.mcp.words import BASE64, METHODS, TYPES


def test_every_method_of_every_revision_is_known() -> None:
    tables = (
        methods.CLIENT_REQUESTS,
        methods.CLIENT_NOTIFICATIONS,
        methods.SERVER_REQUESTS,
        methods.SERVER_NOTIFICATIONS,
    )
    assert {method for table in tables for method, _ in table} <= METHODS


def test_no_word_has_room_for_a_sentence() -> None:
    assert not any(" " in word for word in METHODS | TYPES)
    assert not BASE64.fullmatch("two words")

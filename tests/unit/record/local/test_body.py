"""A request's body: gathered, bounded, and never taken for whole when it is not."""

import pytest

from sidecar.record.local.body import Body, Gone, Message
from sidecar.record.local.coding import packed, unpacker
from sidecar.record.local.failure import Failure


def arriving(*pieces: bytes | None, coding: str = "", limit: int = 10_000) -> Body:
    """None: the client leaves there."""
    messages: list[Message] = [
        {"type": "http.disconnect"} if piece is None else {"type": "http.request", "body": piece, "more_body": True}
        for piece in pieces
    ]
    if pieces and pieces[-1] is not None:
        messages[-1]["more_body"] = False

    async def receive() -> Message:
        return messages.pop(0)

    return Body(receive, unpacker(coding), limit)


async def test_pieces_are_gathered_until_they_are_worth_it() -> None:
    body = arriving(b"ab", b"cd", b"ef", b"g")
    assert await body.piece(3) == b"abcd"
    assert await body.piece(1) == b"ef"
    assert await body.piece() == b"g"
    assert body.ended
    assert await body.piece() == b""


async def test_what_was_read_too_far_is_given_back() -> None:
    body = arriving(b"head|data", b"more")
    head = await body.piece(1)
    body.give_back(head[5:])
    assert await body.piece() == b"datamore"


async def test_the_limit_counts_what_comes_out() -> None:
    big = b"x" * 10_001
    with pytest.raises(Failure, match="larger than 10000 bytes") as refused:
        await arriving(packed("zstd", big), coding="zstd").piece()
    assert refused.value.status == 413
    assert await arriving(packed("zstd", big[:-1]), coding="zstd").piece() == big[:-1]


async def test_a_statement_has_a_limit_of_its_own() -> None:
    assert await arriving(b"select", b" 1").rest(100) == b"select 1"
    with pytest.raises(Failure, match="at most 100 bytes"):
        await arriving(b"x" * 101, b"more").rest(100)


async def test_a_client_that_leaves_ends_it() -> None:
    body = arriving(b"half", None)
    with pytest.raises(Gone):
        await body.piece()


async def test_half_a_compressed_body_is_refused() -> None:
    whole = packed("gzip", bytes(range(256)) * 9)
    with pytest.raises(Failure, match="ends too early"):
        await arriving(whole[:-5], coding="gzip").piece()

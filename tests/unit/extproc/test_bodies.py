"""Bodies in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.extproc import messages as m
from sidecar.extproc.bodies import PIECE, answer_body, pieces, request_body

REQUESTS = [
    ("a body", b"ab", None, [m.SendRequest(b"ab", True)]),
    ("an empty one still ends", b"", None, [m.SendRequest(b"", True)]),
    ("trailers end it", b"ab", ("t",), [m.SendRequest(b"ab", False), m.EndRequest(("t",))]),
    ("trailers alone", b"", (), [m.EndRequest(())]),
]


@pytest.mark.parametrize(("note", "data", "trailers", "said"), REQUESTS, ids=[row[0] for row in REQUESTS])
def test_request_body(note: str, data: bytes, trailers: tuple | None, said: list) -> None:
    assert list(request_body(data, trailers)) == said


ANSWERS = [
    ("some of it", b"ab", False, None, [m.SendResponse(b"ab", False)]),
    ("nothing is not said", b"", False, None, []),
    ("the end", b"", True, None, [m.SendResponse(b"", True)]),
    ("trailers do not end what goes on", b"ab", False, ("t",), [m.SendResponse(b"ab", False)]),
    ("trailers end it", b"ab", True, ("t",), [m.SendResponse(b"ab", False), m.EndResponse(("t",))]),
]


@pytest.mark.parametrize(("note", "data", "end", "trailers", "said"), ANSWERS, ids=[row[0] for row in ANSWERS])
def test_answer_body(note: str, data: bytes, end: bool, trailers: tuple | None, said: list) -> None:
    assert list(answer_body(data, end, trailers)) == said


def test_only_the_last_piece_ends_it() -> None:
    said = list(answer_body(b"x" * (2 * PIECE + 1), True, None))
    assert [(len(one.data), one.end) for one in said if isinstance(one, m.SendResponse)] == [
        (PIECE, False),
        (PIECE, False),
        (1, True),
    ]


@given(st.binary(max_size=300), st.integers(1, 100))
def test_pieces_are_the_whole_and_none_is_too_large(data: bytes, size: int) -> None:
    cut = pieces(data, size)
    assert b"".join(cut) == data
    assert all(len(piece) <= size for piece in cut)
    assert all(cut[:-1])

"""Bodies in pieces, as Envoy wants to be told of them.

Rules: where one side ended with trailers, only trailers can end ours; they are said exactly then. Said out of turn,
`EndResponse` makes Envoy pass on the rest of the upstream's answer as it is.
"""

from collections.abc import Callable, Iterator, Sequence

from sidecar.extproc import messages as m

# Envoy recommends bodies of at most 64 KiB a message.
PIECE = 64 * 1024

Trailers = tuple[str, ...] | None


def request_body(data: bytes, trailers: Trailers) -> Iterator[m.Outbound]:
    """The whole body of a request."""
    yield from _body(data, True, m.SendRequest, trailers)
    if trailers is not None:
        yield m.EndRequest(trailers)


def answer_body(data: bytes, end: bool, trailers: Trailers) -> Iterator[m.Outbound]:
    """Some of the body of an answer, and its end."""
    yield from _body(data, end, m.SendResponse, trailers)
    if end and trailers is not None:
        yield m.EndResponse(trailers)


def unchanged(message: m.Inbound) -> Iterator[m.Outbound]:
    """An answer that nobody judges, as it is."""
    match message:
        case m.ResponseHeaders():
            yield m.PassResponse(m.Mutation())
        case m.ResponseBody(data, end):
            yield from answer_body(data, end, None)
        case m.ResponseTrailers(names):
            yield m.EndResponse(names)


def _body(
    data: bytes, end: bool, piece: Callable[[bytes, bool], m.Outbound], trailers: Trailers
) -> Iterator[m.Outbound]:
    *most, last = pieces(data, PIECE)
    yield from (piece(one, False) for one in most)
    closing = end and trailers is None
    if last or closing:
        yield piece(last, closing)


def pieces(data: bytes, size: int) -> Sequence[bytes]:
    """Cut into pieces of at most this size; nothing is one empty piece."""
    return [data[at : at + size] for at in range(0, len(data), size)] or [b""]

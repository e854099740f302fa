"""What becomes of an answer's head: which of its lines describe bytes that are not ours, and what is added."""

from sidecar.core.exchange.context import AnswerContext
from sidecar.core.model.http import Headers, ResponseHead

# What described the upstream's bytes and may not describe ours.
SENT_ON = "The upstream sends its clients to another address: set the connection's url to the final one"
OF_THE_BYTES = ("content-length", "content-encoding", "transfer-encoding", "etag", "content-md5", "digest")


def named(context: AnswerContext) -> Headers:
    """So that a person can name the exchange."""
    return (("x-gatehouse-exchange", context.exchange),)


def sends_on(head: ResponseHead) -> bool:
    """Whether a client would take its request, unmasked and with what it holds, to where the answer says."""
    return 300 <= head.status < 400 and head.status != 304

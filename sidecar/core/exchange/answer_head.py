"""What becomes of an answer's head: which of its lines describe bytes that are not ours, and what is added."""

from sidecar.core.exchange.context import AnswerContext
from sidecar.core.model.http import Headers

# What described the upstream's bytes and may not describe ours.
OF_THE_BYTES = ("content-length", "content-encoding", "transfer-encoding", "etag", "content-md5", "digest")


def named(context: AnswerContext) -> Headers:
    """So that a person can name the exchange."""
    return (("x-gatehouse-exchange", context.exchange),)

"""The head of an answer that begins before its request leaves."""

from sidecar.core.exchange.events import ResponseStarted
from sidecar.core.model.http import ResponseHead
from sidecar.extproc.opened import Opened, began

RECEIVED = ((":status", "200"), ("content-length", "9"), ("content-type", "text/plain"), ("x-gatehouse-route", "s"))


def test_nothing_that_envoy_says_of_its_own_words_stays() -> None:
    mutation = Opened((("content-type", "text/event-stream"),)).head(RECEIVED).mutation
    assert set(mutation.remove) == {"content-length", "x-gatehouse-route"}
    assert mutation.set == (("content-type", "text/event-stream"),)


def test_what_is_no_beginning() -> None:
    assert began(ResponseStarted(ResponseHead(200, ()), 1.0))
    assert not began(ResponseStarted(ResponseHead(403, ()), 1.0))
    assert not began(ResponseStarted(ResponseHead(200, ()), 1.0, end=True))

"""Which held calls their clients have given up, by the protocol's own word for it.

Strategy: a client whose time is over sends `notifications/cancelled`, by a request of its own, and may leave the first
one open. The held call looks here: with every tick, and before it leaves.

Rules: only the same caller, on the same connection, in the same session can give a call up. What is remembered has an
end.
"""

from collections import OrderedDict

from sidecar.core.wire.mcp.message import Id, Kind, Message

Key = tuple[str, str, str | None, Id]  # connection, caller, session, and the id of the request
CANCELLED = "notifications/cancelled"
# As many as may be held at once, and far more.
MOST = 10_000


class GivenUp:
    def __init__(self) -> None:
        self._held: OrderedDict[Key, str] = OrderedDict()
        self._given_up: OrderedDict[str, None] = OrderedDict()

    def held(self, key: Key, exchange: str) -> None:
        """This exchange holds the request with this key from now on."""
        self._held[key] = exchange
        self._held.move_to_end(key)
        while len(self._held) > MOST:
            self._held.popitem(last=False)

    def cancelled(self, key: Key) -> None:
        """The request with this key is given up, if it is held."""
        exchange = self._held.pop(key, None)
        if exchange is not None:
            self._given_up[exchange] = None
        while len(self._given_up) > MOST:
            self._given_up.popitem(last=False)

    def __contains__(self, exchange: str) -> bool:
        return exchange in self._given_up


def cancelled_id(message: Message | None) -> Id | None:
    """Of the request that this message gives up."""
    if message is None or message.kind is not Kind.NOTIFICATION or message.method != CANCELLED:
        return None
    found = message.params.get("requestId")
    return found if isinstance(found, str | int) and not isinstance(found, bool) else None

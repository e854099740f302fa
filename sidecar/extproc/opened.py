"""An answer that begins before its request leaves.

Strategy: Envoy begins it by itself, by a route for that (`bootstrap.routes`); its head gets our headers, and its few
words go nowhere. What is to be said before Envoy has come that far is kept until then.
"""

from dataclasses import dataclass, field

from sidecar.core.exchange.commands import SendAnswer, StartAnswer
from sidecar.core.exchange.events import ResponseStarted
from sidecar.core.model.http import Headers
from sidecar.extproc.heads import answered
from sidecar.extproc.messages import PassResponse


@dataclass(slots=True)
class Opened:
    headers: Headers
    kept: list[SendAnswer] = field(default_factory=list)

    def head(self, received: Headers) -> PassResponse:
        return PassResponse(answered(StartAnswer(set=self.headers), received, ends=False))


def began(event: ResponseStarted) -> bool:
    """It is that route's; anything else is a refusal of Envoy's."""
    return event.head.status == 200 and not event.end

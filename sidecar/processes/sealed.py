"""An exchange whose originals are sealed before anything of them is recorded."""

from collections.abc import Sequence

from sidecar.core.exchange.commands import Command, Record
from sidecar.core.exchange.events import Event
from sidecar.core.model.block import Block
from sidecar.core.model.caller import Caller
from sidecar.extproc.seat import Exchange
from sidecar.record.sealing import Sealer


class SealedExchange:
    """Around another exchange; its commands, with each original replaced by a part that only an auditor can open."""

    def __init__(self, exchange: Exchange, sealer: Sealer) -> None:
        self._exchange = exchange
        self._sealer = sealer

    @property
    def who(self) -> tuple[Caller, str] | None:
        return self._exchange.who

    def minds(self, block: Block) -> bool:
        return self._exchange.minds(block)

    def receive(self, event: Event) -> Sequence[Command]:
        commands = self._exchange.receive(event)
        return tuple(self._sealer.sealed(one) if isinstance(one, Record) else one for one in commands)

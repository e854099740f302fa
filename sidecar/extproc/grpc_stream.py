"""One gRPC call from Envoy: carries bytes to a dialogue and back, and sees to it that the stream ends right.

Strategy: Envoy takes a stream that we end with status OK as "go on without asking", and passes the rest raw. So this
file has one way to end well, after Envoy itself ended the stream and the exchange is over; everything else is an
error status.

Rules:
- The one broad `except` of the package is here. Whatever went wrong ends this exchange and no other.
- What is reported is a reason from a closed list and the place in the code: never a value, never a message that may
  hold one.
"""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from enum import StrEnum

import grpc

from sidecar.core.errors import RecordingFailed
from sidecar.extproc import translate
from sidecar.extproc.dialogue import Dialogue
from sidecar.extproc.heads import Misused
from sidecar.extproc.intake import Garbled
from sidecar.extproc.messages import Outbound
from sidecar.extproc.seat import Seat
from sidecar.extproc.stop import Broken

Context = grpc.aio.ServicerContext[bytes, bytes]


class Reason(StrEnum):
    """Why a stream did not end well."""

    GONE = "gone"  # Envoy ended it first: the client left, or the upstream broke
    FAILED = "failed"  # the exchange said so
    GARBLED = "garbled"  # Envoy said something we do not understand
    BUG = "bug"
    SHUTDOWN = "shutdown"


STATUS = {
    Reason.GONE: grpc.StatusCode.CANCELLED,
    Reason.FAILED: grpc.StatusCode.ABORTED,
    Reason.GARBLED: grpc.StatusCode.INVALID_ARGUMENT,
    Reason.BUG: grpc.StatusCode.INTERNAL,
    Reason.SHUTDOWN: grpc.StatusCode.UNAVAILABLE,
}

Report = Callable[[Reason, str], None]
Finish = Callable[[Awaitable[None]], None]


class Interrupted(Exception):  # noqa: N818  (named for what happened)
    """Somebody else ends this stream: a timer of its exchange, or the shutdown."""

    def __init__(self, cause: BaseException | None = None) -> None:
        super().__init__()
        self.cause = cause


class Stream:
    """`finish` takes over what remains to be done when the call itself is over."""

    def __init__(self, seat: Seat, context: Context, report: Report, finish: Finish) -> None:
        self._context = context
        self._report = report
        self._finish = finish
        self._task = asyncio.current_task()
        self._interrupted: Interrupted | None = None
        self._dialogue = Dialogue(seat, self._send, self._broken)

    async def run(self) -> None:
        """Return only when ending with status OK is right, because Envoy ended the stream; abort otherwise."""
        try:
            reason, where = await self._listen()
        finally:
            if not (self._dialogue.over and self._dialogue.settled):
                self._finish(self._wind_up())
        if reason is not None:
            self._report(reason, where)
            await self._context.abort(STATUS[reason], reason.value)

    def look(self) -> None:
        """The blocks have changed."""
        self._dialogue.look()

    def interrupt(self) -> None:
        """End this stream because the data plane stops."""
        self._stop(Interrupted())

    async def _listen(self) -> tuple[Reason | None, str]:
        try:
            while isinstance(data := await self._context.read(), bytes):  # else it is EOF
                await self._dialogue.receive(translate.read(data))
            return (None, "") if self._dialogue.tunnel or not self._dialogue.unfinished else (Reason.GONE, "")
        except asyncio.CancelledError:
            if self._interrupted is None or self._task is None:
                if self._dialogue.unfinished and not self._dialogue.tunnel:
                    self._report(Reason.GONE, "")
                raise
            self._task.uncancel()
            cause = self._interrupted.cause
            return (Reason.SHUTDOWN, "") if cause is None else diagnosis(cause)
        except Exception as error:  # noqa: BLE001  (see the rules above)
            return diagnosis(error)

    async def _send(self, message: Outbound) -> None:
        await self._context.write(translate.write(message))

    def _broken(self, error: BaseException) -> None:
        self._stop(Interrupted(error))

    def _stop(self, interrupted: Interrupted) -> None:
        if self._interrupted is None and self._task is not None and not self._task.done():
            self._interrupted = interrupted
            self._task.cancel()

    async def _wind_up(self) -> None:
        try:
            await self._dialogue.gone()
        except Exception as error:  # noqa: BLE001  (see the rules above)
            self._report(*diagnosis(error))
        await self._dialogue.settle()


def diagnosis(error: BaseException) -> tuple[Reason, str]:
    """The reason, and where in the code; an exception's message may quote what it choked on, so it is left out."""
    if isinstance(error, Broken):
        return Reason.FAILED, str(error)  # written by the exchange for the log
    if isinstance(error, grpc.aio.UsageError | asyncio.InvalidStateError):
        return Reason.GONE, ""  # a write after Envoy had ended the call
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "?"
    reason = Reason.GARBLED if isinstance(error, Garbled) else Reason.BUG
    # These are our own sentences, without values.
    detail = f": {error}" if isinstance(error, Garbled | Misused | RecordingFailed) else ""
    return reason, f"{type(error).__name__} at {place}{detail}"

"""One message of an MCP server, judged: the bytes that the client gets in its place.

Rules:
- A message in which nothing changes leaves as the very bytes that came.
- A result that may not pass is answered for: the request gets a refusal, so that the client goes on. Anything else that
  may not pass (a question of the server's, a notification) is dropped, and the client reads in its log that it was.
- What is no message of MCP does not pass at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sidecar.core.errors import Code, Refused
from sidecar.core.exchange.budget import after_results
from sidecar.core.exchange.context import AnswerContext
from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.judgement import judge_texts
from sidecar.core.exchange.mcp.asked import Asked
from sidecar.core.exchange.mcp.listing import Listed, judge_tools
from sidecar.core.exchange.refusal import denial
from sidecar.core.exchange.rewriting import rewritten, rewritten_document
from sidecar.core.model.action import Action
from sidecar.core.model.piece import Piece
from sidecar.core.model.place import Place
from sidecar.core.wire.json_leaves import Numbers, place_of
from sidecar.core.wire.json_strict import JsonLimits, parse
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.mcp import reply
from sidecar.core.wire.mcp.elements import without
from sidecar.core.wire.mcp.message import Kind, Message, read_message
from sidecar.core.wire.mcp.texts import Side, Texts, texts_of

UNREADABLE = "The server sent something that is no message of MCP, so it was not passed on"
# Of what was said, for the record; a stream may go on for days.
MOST_KEPT = 2 * 1024 * 1024
LIMITS = JsonLimits(bytes=64 * 1024 * 1024)  # the largest results are files as base64


@dataclass(slots=True, repr=False)
class Saying:
    """Every message of one answer. `judged`: of all of them."""

    context: AnswerContext
    asked: Asked
    judged: Judged = field(default_factory=Judged)
    unscanned: list[str] = field(default_factory=list)
    messages: list[JsonValue] = field(default_factory=list)
    left_out: int = 0  # messages that the record does not hold
    answered: bool = False  # the request has its result, or its error
    _kept: int = 0

    def take(self, raw: bytes) -> bytes:
        """The message as the client gets it, or `Refused`."""
        try:
            message = read_message(parse(raw, LIMITS))
        except Refused as refused:
            raise Refused(502, Code.API, f"{UNREADABLE}: {refused.message}") from refused
        self.answered |= self._answers(message)
        texts = texts_of(message, Side.SERVER, self.asked.named, self._tool(message))
        self.unscanned += texts.unscanned[: max(0, 100 - len(self.unscanned))]
        return self._judged(message, texts)

    def _judged(self, message: Message, texts: Texts) -> bytes:
        value, own = message.document.value, Judged()

        def place(ordinal: int) -> str:
            return place_of(value, ordinal, texts.numbers)

        tools, described, rest = _parted(message, texts.pieces)
        listed = Listed()
        if tools:
            listed = judge_tools(self.context.session, self.asked, tools, described, place, own)
        judge_texts(self.context.session, rest, "answer", place, own)
        self.judged.found(own)
        memory = self.context.session.memory
        memory.remember_use(after_results(memory.use, own.findings))
        self._keep(message, {**own.shown, **listed.shown}, texts.numbers)
        self.judged.stricter(own.verdict)
        if own.verdict.action >= Action.HOLD:
            return self._refused(message, denial(own.verdict, self.context.exchange))
        raw = rewritten(message.document.raw, {**own.changes, **listed.changes}, texts.numbers)
        return without(raw, ("result", "tools"), listed.gone)

    def _tool(self, message: Message) -> str | None:
        """Whose result it is: only the one that was asked for with this request is known."""
        return self.asked.tool if self._answers(message) else None

    def _answers(self, message: Message) -> bool:
        return message.kind in (Kind.RESULT, Kind.ERROR) and message.id is not None and message.id == self.asked.id

    def _refused(self, message: Message, refused: Refused) -> bytes:
        exchange = self.context.exchange
        if message.kind in (Kind.RESULT, Kind.ERROR):
            method = self.asked.method if message.id == self.asked.id else None
            return reply.refusal(refused, method, message.id, exchange)
        return reply.notice(refused.message)

    def _keep(self, message: Message, shown: dict[int, str], numbers: Numbers) -> None:
        """With its masks: a veil knows no names of fields."""
        self._kept += len(message.document.raw)
        if self._kept > MOST_KEPT:
            self.left_out += 1
        else:
            self.messages.append(rewritten_document(message.document, shown, numbers).value)

    def told(self) -> JsonValue:
        """What was said, for the record."""
        if not self.messages and not self.left_out:
            return None
        return {"messages": self.messages, **({"left_out": self.left_out} if self.left_out else {})}


def _parted(message: Message, pieces: Sequence[Piece]) -> tuple[Sequence[JsonValue], list[Piece], list[Piece]]:
    """The tools of a list, the piece of each, and all other pieces."""
    tools = message.result.get("tools")
    if not isinstance(tools, list):
        return (), [], list(pieces)
    of_tools = [one for one in pieces if one.place is Place.TOOL_DESCRIPTION and one.path.startswith("result.tools[")]
    return tools, of_tools, [one for one in pieces if one not in of_tools]

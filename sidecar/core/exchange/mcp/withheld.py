"""Tools that are kept from a caller: nobody calls them, unless people let them go.

Rules:
- A tool that a rule holds is asked about when somebody calls it, or asks for the list that it belongs in: that is the
  first moment at which somebody waits. A yes is for the definition that people were shown, and for it alone.
- A tool that a rule denies is not called, whoever remembers its name.
"""

from collections.abc import Mapping

from sidecar.core.exchange.desk import Judged
from sidecar.core.exchange.mcp.pins import Hidden, known_as
from sidecar.core.model.action import Action
from sidecar.core.model.place import Place
from sidecar.core.policy.facts import CHANGED, Found
from sidecar.core.wire.mcp.message import TOOLS, Message


def judge_withheld(
    hidden: Mapping[str, Hidden], message: Message | None, tool: str | None, judged: Judged
) -> frozenset[tuple[str, bytes]]:
    """What people let go if they let this request go."""
    if message is None or not hidden:
        return frozenset()
    called = hidden.get(known_as(tool or ""))
    if called is not None and called.verdict.action is Action.DENY:
        judged.stricter(called.verdict)
    listing = message.method == TOOLS
    asked = {
        name: one for name, one in hidden.items() if one.verdict.action is Action.HOLD and (listing or one is called)
    }
    for name, one in sorted(asked.items()):
        found = Found(Place.TOOL_DESCRIPTION, "tool", CHANGED, "TOOL", name, "request", False)
        judged.hold(one.verdict).because(found, one.text, ())
    return frozenset((name, one.digest) for name, one in asked.items())

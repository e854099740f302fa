"""The screen, the mouse and the keys: a tool that does what a person at the machine could do.

Rules: what is shown is read; a click changes something; what is typed may go to a shell, so text
that would do harm there counts as such. An action that is not in the table is unknown.
"""

import re
from collections.abc import Mapping

from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.effect import Deed, Effect, Node, Understood
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.read import shell

_ACTIONS: dict[str, Effect] = {
    **dict.fromkeys(listed("screenshot cursor_position mouse_move wait zoom scroll hold_key"), Effect.READS),
    **dict.fromkeys(
        listed(
            "left_click right_click middle_click double_click triple_click left_click_drag left_mouse_down"
            " left_mouse_up type key"
        ),
        Effect.WRITES,
    ),
}


def computer(input: Mapping[str, object], own: Own = NOTHING_DESCRIBED) -> Understood:
    action, text = input.get("action"), input.get("text")
    effect = _ACTIONS.get(action) if isinstance(action, str) else None
    if effect is None:
        return Understood(Node("the screen"), ("an action that nobody described",))
    node = Node(f"{action} on the screen", (Deed(effect, f"{action}"),))
    if action != "type" or not isinstance(text, str):
        return Understood(node)
    if not ("\n" in text or _LIKE_COMMAND.match(text)):
        return Understood(node)
    typed = shell(text, own)
    if not typed.effects & _HARM:
        return Understood(node)  # words for a form, or a command that does no harm
    return Understood(Node(node.label, node.deeds, (typed.tree,)), typed.unread)


# A sentence begins with a capital; a command does not.
_LIKE_COMMAND = re.compile(r"\s*[a-z./~$!\\][^\s]*(\s|$)")
_HARM = frozenset(
    {
        Effect.DESTROYS_DATA,
        Effect.ESCALATES,
        Effect.READS_SECRET,
        Effect.LEAVES_MACHINE,
        Effect.CHANGES_ACCESS,
        Effect.INSTALLS,
    }
)

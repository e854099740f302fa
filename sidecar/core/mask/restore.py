"""Values put back where the model wrote their placeholders.

Rules:
- One pass: what was put in is not looked at again, so that a value which itself looks like a placeholder stays a value.
- A placeholder whose value is not known in this session, or is not the agent's, stays as it is, whoever wrote it.
"""

import re

from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import PLACEHOLDER

_PLACEHOLDER = re.compile(PLACEHOLDER.pattern)


def restored(text: str, memory: SessionMemory) -> str:
    """The text with every known value in its place; the very same object when there are none."""
    if "[" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        known = memory.owed_to_agent(found[0])
        return found[0] if known is None else known

    return _PLACEHOLDER.sub(value, text)

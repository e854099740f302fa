"""How many commands, statements and pieces of code one call may hold.

Rule: each alone is read in bounded time, so all together must be bounded as well. One long text is always read; many
short ones together cost what four long ones do.
"""

from collections.abc import Sequence

MOST = 16_000
LEAST, LARGEST = 200, 4_000  # what a text counts for, however short or long it is
LEFT_OUT = "more commands and code than is read"


def cost(text: str) -> int:
    return min(max(len(text), LEAST), LARGEST)


def readable(texts: Sequence[str]) -> int:
    """How many of them are read, from the first on."""
    spent = 0
    for count, text in enumerate(texts):
        spent += cost(text)
        if spent > MOST:
            return count
    return len(texts)

"""What can be done with a call, and how a value is taken out of it."""

from enum import IntEnum, StrEnum


class Action(IntEnum):
    """Ordered by strictness: the largest of several wins."""

    ALLOW = 0
    MASK = 1
    HOLD = 2
    DENY = 3


class How(StrEnum):
    """How a masked value is replaced."""

    REDACT = "redact"
    TOKEN = "token"  # noqa: S105  (a way of masking, not a password)
    LAST4 = "last4"
    HASH = "hash"


class NumberAs(StrEnum):
    """What stands in JSON where a number or a truth value was masked: the placeholder as a text, or a value that names
    nothing and keeps the type (zero, false) or fits where nothing is allowed (null)."""

    TEXT = "text"
    ZERO = "zero"
    NONE = "none"


class DenyAs(StrEnum):
    """What the agent sees of a denial: an error, or an ordinary assistant answer that lets its session go on. Of a tool
    call alone: the call under a name that no tool has, or plain words in its place; the rest of the message stays.
    Of the result of a tool alone: a sentence in its place, as an error of the tool; the request goes on."""

    ERROR = "error"
    ANSWER = "answer"
    TOOL = "tool"
    TEXT = "text"
    RESULT = "result"


class Unknown(StrEnum):
    """What a rule takes for the effects of a call that could not be read to its end."""

    AS_WORST = "as-worst"
    PASS = "pass"  # noqa: S105  (what becomes of a call)


class Stage(StrEnum):
    """Enforced, or only decided and recorded."""

    ENFORCE = "enforce"
    SHADOW = "shadow"

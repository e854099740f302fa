"""Code that a tool runs: what it shows of itself, read like the same code behind `python -c`."""

import shlex

from sidecar.core.model.effect import Deed, Effect, Node, Understood
from sidecar.core.understand.code import in_code
from sidecar.core.understand.listed import listed
from sidecar.core.understand.query import query, unplaced
from sidecar.core.understand.shell.read import shell

_SHELLS = frozenset(listed("bash sh shell zsh"))


def snippet(text: str, language: str) -> Understood:
    """It runs code; the commands and the SQL that stand in it as literals count too."""
    if language.lower() in _SHELLS:
        return shell(text)
    if language.lower() == "sql":
        return query(text)
    found = in_code(text, language.lower())
    inner = [shell(script) for script in found.scripts]
    inner += [shell(shlex.join(word.replace("\x00", "$COMPUTED") for word in words)) for words in found.calls]
    inner += [query(statement) for statement in found.statements]
    deeds = (Deed(Effect.RUNS_CODE, f"runs {language}"), *found.deeds)
    unread = (*found.unread, *(word for one in inner for word in one.unread))
    return Understood(Node(f"{language} code", deeds, tuple(unplaced(one.tree) for one in inner)), unread)

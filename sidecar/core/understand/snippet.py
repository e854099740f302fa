"""Code that a tool runs: what it shows of itself, read like the same code behind `python -c`."""

import shlex

from sidecar.core.model.effect import Deed, Effect, Node, Understood
from sidecar.core.understand.code import in_code
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.read import shell
from sidecar.core.understand.sql.read import sql

_SHELLS = frozenset(listed("bash sh shell zsh"))
# Shells of another grammar: what stands in them is not read, and what they can do is everything.
_OTHER_SHELLS = frozenset(listed("powershell pwsh cmd batch applescript osascript"))


def snippet(text: str, language: str) -> Understood:
    """It runs code; the commands and the SQL that stand in it as literals count too."""
    if language.lower() in _SHELLS:
        return shell(text)
    if language.lower() == "sql":
        return sql(text)
    found = in_code(text, language.lower())
    inner = [shell(script) for script in found.scripts]
    inner += [shell(shlex.join(word.replace("\x00", "$COMPUTED") for word in words)) for words in found.calls]
    inner += [sql(statement) for statement in found.statements]
    deeds = (Deed(Effect.RUNS_CODE, f"runs {language}"), *found.deeds)
    other = (f"{language} is not read",) if language.lower() in _OTHER_SHELLS else ()
    unread = (*other, *found.unread, *(word for one in inner for word in one.unread))
    return Understood(Node(f"{language} code", deeds, tuple(one.tree for one in inner)), unread)

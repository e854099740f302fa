"""Code that a tool runs: what it shows of itself, read like the same code behind `python -c`."""

import re
import shlex
from collections.abc import Mapping

from sidecar.core.model.described import NOTHING_DESCRIBED, Own
from sidecar.core.model.effect import Deed, Effect, Node, Understood
from sidecar.core.understand.code import LARGEST, in_code
from sidecar.core.understand.found import Found
from sidecar.core.understand.listed import listed
from sidecar.core.understand.other_code import in_other
from sidecar.core.understand.query import query, unplaced
from sidecar.core.understand.shell.read import shell

_SHELLS = frozenset(listed("bash sh shell zsh"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SAID_BY = listed("language lang runtime interpreter kernel")
# What the name of a tool or of a runtime says about the language.
_LANGUAGES: dict[str, str] = {
    **dict.fromkeys(listed("javascript js node nodejs deno bun typescript ts browser page"), "javascript"),
    **dict.fromkeys(listed("python py ipython jupyter notebook python3"), "python"),
    **dict.fromkeys(listed("bash sh shell zsh"), "bash"),
    **dict.fromkeys(listed("powershell pwsh"), "powershell"),
    **{name: name for name in listed("ruby perl php lua sql applescript")},
}


def language(tool: str, input: Mapping[str, object]) -> str:
    """What the call says, or its name; empty where nobody says it."""
    given = next((value for name in _SAID_BY if isinstance(value := input.get(name), str)), "").lower()
    said = [*_WORD.findall(given), *(word.lower() for word in _WORD.findall(tool))]
    return next((_LANGUAGES[word] for word in said if word in _LANGUAGES), given)


def snippet(text: str, language: str, own: Own = NOTHING_DESCRIBED) -> Understood:
    """It runs code; the commands and the SQL that stand in it as literals count too. Where no language is given it is
    read as Python and as any other."""
    if language.lower() in _SHELLS:
        return shell(text, own)
    if language.lower() == "sql":
        return query(text, own=own)
    found = in_code(text, language.lower() or "python")
    if not language and len(text) <= LARGEST:
        found = _both(found, in_other(text, ""))
    inner = [shell(script, own) for script in found.scripts]
    lines = (shlex.join(word.replace("\x00", "$COMPUTED") for word in words) for words in found.calls)
    inner += [shell(line, own) for line in lines]
    inner += [query(statement, own=own) for statement in found.statements]
    deeds = (Deed(Effect.RUNS_CODE, f"runs {language or 'code'}"), *found.deeds)
    unread = (*found.unread, *(word for one in inner for word in one.unread))
    return Understood(
        Node(f"{language} code".strip(), deeds, tuple(unplaced(one.tree) for one in inner)),
        tuple(dict.fromkeys(unread)),
    )


def _both(one: Found, other: Found) -> Found:
    return Found(
        tuple(dict.fromkeys((*one.deeds, *other.deeds))),
        tuple(dict.fromkeys((*one.scripts, *other.scripts))),
        tuple(dict.fromkeys((*one.calls, *other.calls))),
        tuple(dict.fromkeys((*one.statements, *other.statements))),
        tuple(dict.fromkeys((*one.unread, *other.unread))),
    )

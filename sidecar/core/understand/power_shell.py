"""PowerShell, as far as it only looks: a pipeline of cmdlets whose verbs say so.

Strategy: its commands are named `Verb-Noun` by rule, so the verb of each says enough. Anything that could compute (a
variable, a block, a call, a redirection) is not read.
"""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.found import Collected
from sidecar.core.understand.listed import listed

NAMES = frozenset(listed("powershell pwsh"))
_LOOKS = re.compile(
    r"(Get|Measure|Select|Sort|Test|Format|Compare|Group|Find|Resolve|Split|Join|ConvertTo|ConvertFrom|Write)-[A-Za-z]+",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"(Format-Volume|Get-(Credential|Secret|Clipboard|LapsADPassword)\w*|Test-(Net)?Connection|\w+-SecureString"
    r"|Write-(EventLog|VolumeCache)|Find-(Module|Package|Script))",
    re.IGNORECASE,
)
_SHORT = frozenset(listed("ls dir gci pwd echo gc cat type select sort measure group ft fl gps gsv gcm help"))
_COMPUTES = frozenset("${}()&`<>@")
_PART = re.compile(r"[|;\n]+")


def in_power_shell(text: str, collected: Collected) -> None:
    """What cannot be read is unknown; a file that holds a secret counts, and so does the list of all variables."""
    parts = [part.split() for part in _PART.split(text) if part.strip()]
    if _COMPUTES & set(text) or not all(_looks(words[0]) for words in parts):
        collected.unread.append("powershell is not read")
        return
    for word in (word.strip("\"',") for words in parts for word in words[1:]):
        if paths.is_secret(word.replace("\\", "/")) or word.lower().startswith("env:"):
            collected.does(Effect.READS_SECRET, f"names {word}")


def _looks(name: str) -> bool:
    known = name.lower() in _SHORT or _LOOKS.fullmatch(name) is not None
    return known and _NOT.fullmatch(name) is None

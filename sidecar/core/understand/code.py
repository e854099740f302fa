"""What code in another language shows of itself: commands and SQL that stand in it as literals.

Rules:
- Code is never harmless because nothing was found in it: the caller says that code runs.
- A command that the code computes is unknown.
"""

from sidecar.core.understand.found import Found
from sidecar.core.understand.other_code import in_other
from sidecar.core.understand.python_code import in_python

LARGEST = 20_000  # characters: a person's script has 3,000; so many are read in some 50 ms


def in_code(text: str, language: str) -> Found:
    if len(text) > LARGEST:
        return Found(unread=(f"{language} code longer than {LARGEST} characters",))
    found = in_python(text) if language == "python" else None
    return found or in_other(text, language)

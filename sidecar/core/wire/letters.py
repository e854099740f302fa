"""Whether a body's content type says that its bytes are the letters that we read in them.

Rules:
- In UTF-7 and UTF-16 the bytes of a secret, or of a command, are none to us; some servers and clients go by that name
  (Express reads JSON in UTF-7, Python's `requests` answers). So a charset in which ASCII is not ASCII is refused.
- In the charsets that keep ASCII only letters beyond it mean others, as in many old pages; they pass.
- A type that is named twice has two readers.
"""

import re

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers

_KEEPS_ASCII = re.compile(
    r"|binary|utf-?8|us-ascii|ascii|iso-?8859-?[0-9]{1,2}|iso_8859-[0-9]{1,2}|latin-?[0-9]|windows-125[0-8]|cp125[0-8]"
)
OTHER = "its content type is named twice, or in a charset other than UTF-8"


def checked(headers: Headers, status: int) -> None:
    """`Refused` for what would be read as other letters: `status` says whose fault that is."""
    if not usual(headers):
        code = Code.INVALID_REQUEST if status < 500 else Code.API
        raise Refused(status, code, f"The body cannot be read: {OTHER}.")


def usual(headers: Headers) -> bool:
    """Whether there is one content type at most, and no charset in it that we do not read."""
    named = [value for name, value in headers if name == "content-type"]
    return not named or (len(named) == 1 and _same(named[0]))


def _same(content_type: str) -> bool:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        name = name.strip().lower()
        if name.startswith("charset") and not (name == "charset" and keeps_ascii(value)):
            return False
    return True


def keeps_ascii(charset: str) -> bool:
    return _KEEPS_ASCII.fullmatch(charset.strip().strip("\"'").strip().lower()) is not None

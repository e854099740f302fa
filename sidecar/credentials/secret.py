"""A secret value that cannot be shown by accident.

Rules: only `reveal` gives it out. It has no text form, cannot be pickled, copied into a dict or compared by chance;
a log, an exception, an f-string or a debugger's list of variables shows `<secret>`.
"""

import hmac
from typing import NoReturn


class Secret:
    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value. Call this only where it goes on the wire."""
        return self._value

    def __repr__(self) -> str:
        return "<secret>"

    __str__ = __repr__

    def __format__(self, _: str) -> str:
        return "<secret>"

    def __eq__(self, other: object) -> bool:
        # Constant time: comparing must not tell how much of a guess was right.
        return isinstance(other, Secret) and hmac.compare_digest(self._bytes(), other._bytes())

    def _bytes(self) -> bytes:
        return self._value.encode("utf-8", "surrogatepass")

    __hash__ = None  # type: ignore[assignment]  # a secret is not a key: dicts and sets show their keys

    def __reduce_ex__(self, _: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")

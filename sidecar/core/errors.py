"""The exceptions of the core, drawn once.

    GatehouseError
    ├── Refused             the client is told: a status, a code from a closed list, a sentence
    ├── RecordingFailed     a fact could not be made durable: what depends on it must not happen
    │   └── RecordFull      because the record is at its limit, and for no other reason
    └── ConfigurationError  the operator is told: every mistake with file, line and what was expected

Rules:
- Anything else that is raised is a bug: the exchange denies, records, resets and counts it.
- A `Refused` never carries a value that a detector matched, nor upstream credentials.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Code(StrEnum):
    """Anthropic's error types: the only ones a client of the Messages API knows how to show."""

    INVALID_REQUEST = "invalid_request_error"
    AUTHENTICATION = "authentication_error"
    PERMISSION = "permission_error"
    NOT_FOUND = "not_found_error"
    TOO_LARGE = "request_too_large"
    RATE_LIMIT = "rate_limit_error"
    API = "api_error"
    TIMEOUT = "timeout_error"
    OVERLOADED = "overloaded_error"


class GatehouseError(Exception):
    """Everything that Gatehouse raises on purpose."""


class Refused(GatehouseError):  # noqa: N818  (a refusal is an outcome, not a fault)
    """The call ends here, and the client is told why."""

    def __init__(
        self,
        status: int,
        code: Code,
        message: str,
        *,
        rule: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.rule = rule
        self.headers: Mapping[str, str] = MappingProxyType(dict(headers or {}))


class RecordingFailed(GatehouseError):  # noqa: N818  (named for what happened)
    """A fact could not be made durable. The message is for the log and holds nothing of the fact."""


class RecordFull(RecordingFailed):
    """There is no room: nothing is broken, and there will be room again."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing wrong in a file that a person wrote."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class ConfigurationError(GatehouseError):
    """What a person configured cannot work; all mistakes at once."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(str(m) for m in self.mistakes))

    @classmethod
    def single(cls, file: str, message: str, line: int = 0) -> "ConfigurationError":
        return cls((Mistake(file, line, message),))


@contextmanager
def needing(part: str, extra: str) -> Iterator[None]:
    """Around imports whose packages come with an extra: the operator is told which one to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigurationError.single(
            part, f"needs the package {error.name}: pip install 'gatehouse[{extra}]'"
        ) from error

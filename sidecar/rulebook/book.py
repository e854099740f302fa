"""Sources of policies to a book, against the detectors and the programs and tools that this gate knows by itself."""

from collections.abc import Sequence

from sidecar.core.detect.catalogue import builtin
from sidecar.core.policy.book import Book, PolicySource, compile_book
from sidecar.core.policy.describing import Known
from sidecar.core.understand.shell.programs import known_program
from sidecar.core.understand.understand import known_tool

TABLES = Known(known_program, known_tool)


def book_of(sources: Sequence[PolicySource]) -> Book:
    """The book, or a `ConfigurationError` with every mistake in every file."""
    return compile_book(sources, builtin(), TABLES)

"""Telephone numbers: enough digits, and not a row of the same."""

import re

from sidecar.core.detect.check.digits import digits

_DATE = re.compile(rb"^(?:19|20)\d\d[-./ ]\d\d[-./ ]\d\d|^\d\d[-./]\d\d[-./](?:19|20)\d\d")


def phone(value: bytes) -> bool:
    numbers = digits(value.partition(b"x")[0].partition(b"e")[0])
    return 7 <= len(numbers) <= 15 and len(set(numbers)) >= 3 and not _DATE.match(value)


def international(value: bytes) -> bool:
    """E.164: seven to fifteen digits after the plus; country codes do not begin with 0."""
    numbers = digits(value.partition(b"x")[0].partition(b"e")[0])
    return 8 <= len(numbers) <= 15 and len(set(numbers)) >= 3


def grouped(value: bytes) -> bool:
    """A national number with its leading zero: nine to eleven digits."""
    numbers = digits(value)
    return 9 <= len(numbers) <= 11 and len(set(numbers)) >= 4


def document(value: bytes) -> bool:
    """A number of a document: mostly digits, not all the same."""
    numbers = digits(value)
    return len(numbers) >= 4 and len(set(numbers)) >= 2

"""Which path a name means."""

import pytest

from sidecar.core.understand.fields.names import Names


@pytest.mark.parametrize(
    ("name", "path", "fits", "note"),
    [
        ("ssn", ("ssn",), True, "itself"),
        ("ssn", ("users", "SSN"), True, "anywhere, in any case"),
        ("ssn", ("users", "ssn", "value"), True, "what is below it"),
        ("ssn", ("ssn_hash",), False, "not a part of a name"),
        ("*.card.number", ("card", "number"), True, "a column has nothing above it"),
        ("*.number", ("phone_number",), False, "a whole name all the same"),
        ("card_number", ("Card Number",), True, "what divides words is no difference"),
        ("card_number", ("cardNumber",), True, "nor is what does not"),
        ("*.card.number", ("a", "card", "number"), True, "something stands before"),
        ("card.number", ("card", "x", "number"), False, "a step is not skipped"),
        ("card", ("card", "x", "number"), True, "everything in it"),
        ("*_secret", ("client_secret",), True, "a star in a name"),
        ("a.b", ("a.b",), False, "a dot divides, also where a key holds one"),
        ("s(n", ("s(n",), True, "nothing but the star is special"),
    ],
)
def test_names(name: str, path: tuple[str, ...], fits: bool, note: str) -> None:
    assert Names.of([name]).fit(path) is fits, note

"""Named fields, whatever the text is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.understand.fields.find import replaced, values_of
from sidecar.core.understand.fields.names import Names

SSN = Names.of(["ssn"])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"ssn": 12, "n": 1}', '{"ssn": "<12>", "n": 1}'),
        ("ssn,n\n12,1\n", "ssn,n\n<12>,1\n"),
        (" ssn | n\n-----+--\n 12  | 1\n", " ssn | n\n-----+--\n <12>  | 1\n"),
        ('| ssn | n |\n|---|---|\n| {"ssn": 1} | 2 |\n', '| ssn | n |\n|---|---|\n| {"ssn": "<1>"} | 2 |\n'),
        ("the ssn, which is secret, stays words\n", "the ssn, which is secret, stays words\n"),
    ],
)
def test_masked(text: str, masked: str) -> None:
    assert replaced(text, values_of(text, SSN), lambda value: f"<{value}>") == masked


@given(st.dictionaries(st.sampled_from(["ssn", "n", "user"]), st.text() | st.integers(), min_size=1))
def test_json_stays_json_and_only_the_field_changes(document: dict[str, object]) -> None:
    text = json.dumps(document)
    masked = json.loads(replaced(text, values_of(text, SSN), lambda _: "x"))
    assert masked == {key: "x" if key == "ssn" else value for key, value in document.items()}


@given(st.text(alphabet='{}[]",:|-+\nssn 1'))
def test_values_never_overlap(text: str) -> None:
    at = 0
    for value in values_of(text, Names.of(["*"])):
        assert at <= value.start < value.end <= len(text)
        at = value.end

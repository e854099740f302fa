"""What pydantic finds wrong, as sentences for the one who wrote it."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sidecar.core.model.expected import did_you_mean, expectation


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    groups: list[str] | None = None
    as_: int = Field(default=1, alias="as", gt=0)


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    name: str
    stage: Literal["enforce", "shadow"] = "enforce"
    inner: Inner | None = None
    several: list[Inner] = []
    flag: bool = False

    @field_validator("name")
    @classmethod
    def _never(cls, value: str) -> str:
        if value == "never":
            raise ValueError("expected another name")
        return value


@pytest.mark.parametrize(
    ("value", "says", "note"),
    [
        ({}, "is required", "missing"),
        ({"name": 3}, "expected text, found the number 3", "a number"),
        ({"name": None}, "expected text, found nothing", "nothing"),
        ({"name": True}, "expected text, found true", "true is no number"),
        ({"name": [1]}, "expected text, found a list", "a list"),
        ({"name": "never"}, "expected another name", "what a validator says"),
        ({"name": "a", "nmae": 1}, "unknown key; did you mean 'name'?", "a key that is nearly right"),
        ({"name": "a", "x": 1}, "unknown key; known here: flag, inner, name, several, stage", "another key"),
        ({"name": "a", "inner": {"group": 1}}, "unknown key; did you mean 'groups'?", "a key further in"),
        ({"name": "a", "several": [{"ass": 1}]}, "unknown key; did you mean 'as'?", "the key that is written"),
        ({"name": "a", "inner": 3}, "expected a mapping (key: value), found the number 3", "no mapping"),
        ({"name": "a", "inner": {"as": 0}}, "expected greater than 0, found the number 0", "a bound"),
        (
            {"name": "a", "stage": "shdaow"},
            "expected 'enforce' or 'shadow', found the text 'shdaow'; did you mean",
            "choice",
        ),
        ({"name": "a", "stage": "z"}, "expected 'enforce' or 'shadow', found the text 'z'", "another choice"),
        ({"name": "a", "flag": "x" * 999}, "expected true or false, found a long text", "long texts are not repeated"),
        ({"name": "a", "flag": 10**20}, "expected true or false, found a number", "nor long numbers"),
    ],
)
def test_sentences(value: object, says: str, note: str) -> None:
    with pytest.raises(ValidationError) as raised:
        Outer.model_validate(value)
    (error,) = raised.value.errors()
    assert expectation(dict(error), Outer).startswith(says), note


@pytest.mark.parametrize(
    ("word", "known", "says"),
    [
        ("emial", ["email", "card"], "; did you mean 'email'?"),
        ("zzz", ["b", "a"], "; known here: a, b"),
        ("zzz", [f"detector-{n}" for n in range(50)], ""),
        ("email" * 100, ["email"], "; known here: email"),
        ("a", [], ""),
    ],
)
def test_suggestions(word: str, known: list[str], says: str) -> None:
    assert did_you_mean(word, known) == says

"""What was expected where a document does not have the right shape, in words for the one who wrote it."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel

Step = str | int
# Comparing a word with all known ones costs their product; nobody mistypes a longer key.
LONGEST_WORD = 80


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean x?`, or what there is to choose from when it is little, or nothing."""
    names = sorted(set(known))
    close = get_close_matches(word, names, n=1, cutoff=0.6) if len(word) <= LONGEST_WORD else []
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known here: {', '.join(names)}" if 0 < len(names) <= 12 else ""


def expectation(item: dict[str, object], shape: type[BaseModel]) -> str:
    """One of pydantic's errors as a sentence."""
    kind, location, context = str(item["type"]), item["loc"], item.get("ctx")
    steps: tuple[Step, ...] = location if isinstance(location, tuple) else ()
    if kind == "extra_forbidden":
        return "unknown key" + did_you_mean(str(steps[-1]), _keys(shape, steps[:-1]))
    if kind == "missing":
        return "is required"
    found = item.get("input")
    if kind == "literal_error" and isinstance(context, dict):
        choices = str(context.get("expected", ""))
        known = choices.replace(" or ", ", ").replace("'", "").split(", ")
        near = did_you_mean(found, known) if isinstance(found, str) else ""
        return f"expected {choices}, found {_kind(found)}{near if 'did you' in near else ''}"
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, found {_kind(found)}"
    said = str(item["msg"]).removeprefix("Value error, ")
    if said.startswith("Input should be "):
        return f"expected {said.removeprefix('Input should be ')}, found {_kind(found)}"
    return said


_EXPECTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
}


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if abs(value) < 10**15 else "a number"
        case str():
            return f"the text {value!r}" if len(value) <= LONGEST_WORD else "a long text"
        case list() | tuple():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return f"a {type(value).__name__}"


def _keys(shape: type[BaseModel], steps: tuple[Step, ...]) -> list[str]:
    """The keys that may stand at a place in a document of this shape."""
    models = [shape]
    for step in steps:
        if isinstance(step, int):
            continue
        models = [
            inner
            for model in models
            for name, one in model.model_fields.items()
            if step in (one.alias, name)
            for inner in _models(one.annotation)
        ]
    return [one.alias or name for model in models for name, one in model.model_fields.items()]


def _models(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]

"""Messages of Envoy's configuration, each checked as it is made: its fields, their types, one of each oneof.

Strategy: a table (`vocabulary.json`, made by `proto/vocabulary.py` from `envoy-data-plane`) says what the messages that
we use may hold. The package itself builds a class of pydantic for each of Envoy's messages: 3.1 s of processor time at
every start of a gate, against 10 ms here. A test holds both against each other.

Rule: what a message says is what protobuf's JSON says: defaults are left out, but where a field knows that it was set.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

URL = "type.googleapis.com/"
Fields = Mapping[str, tuple[str, str, str]]
Reader = Callable[[object], object]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an enumeration; `number` 0 is its default."""

    kind: str
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Packed:
    """A message of any type, which says which."""

    message: "Message"

    def mapping(self) -> dict[str, object]:
        return {"@type": URL + self.message.kind, **self.message.mapping()}


@dataclass(frozen=True, slots=True)
class Message:
    """`kind`: its name in protobuf. `said`: each field that was given, as JSON says it."""

    kind: str
    said: Mapping[str, object]

    def mapping(self) -> dict[str, object]:
        return dict(self.said)


@dataclass(frozen=True, slots=True)
class Kind:
    """Makes messages of one type. `fields`: what each holds, in which shape (`SHAPES`), and its oneof if it has one."""

    name: str
    fields: Fields

    def __call__(self, **given: object) -> Message:
        if unknown := given.keys() - self.fields.keys():
            raise TypeError(f"{self.name} has no field {', '.join(sorted(unknown))}")
        told = {field: given[field] for field in self.fields if given.get(field) is not None}
        said = {field: self._plain(field, value) for field, value in told.items()}
        kept = {field: plain for field, plain in said.items() if not self._default(field, told[field])}
        self._one_of_each(kept)
        return Message(self.name, kept)

    def _plain(self, field: str, value: object) -> object:
        kind, shape, _ = self.fields[field]
        try:
            return SHAPES[shape](kind, value)
        except TypeError as error:
            raise TypeError(f"{self.name}.{field}: {error}") from error

    def _default(self, field: str, value: object) -> bool:
        """What JSON leaves out. A message always was set, and so was what knows it."""
        shape = self.fields[field][1]
        if isinstance(value, Choice):
            return shape == "one" and value.number == 0
        return (shape in ("many", "map") and not value) or (shape == "one" and value in (False, 0, ""))

    def _one_of_each(self, kept: Mapping[str, object]) -> None:
        taken: dict[str, str] = {}
        for field in kept:
            group = self.fields[field][2]
            if group and taken.setdefault(group, field) != field:
                raise TypeError(f"{self.name}: {taken[group]} and {field} exclude each other")


@dataclass(frozen=True, slots=True)
class Choices:
    """An enumeration: `ACTION.REJECT`."""

    kind: str
    known: Mapping[str, tuple[str, int]]

    def __getattr__(self, name: str) -> Choice:
        if name not in self.known:
            raise AttributeError(f"{self.kind} has no value {name}")
        return Choice(self.kind, *self.known[name])


class Package:
    """The messages and enumerations of one of Envoy's packages, by the names that its Python package gives them."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Kind | Choices:
        try:
            return _known(self._name, name)
        except KeyError:
            raise AttributeError(f"{self._name} has no {name} here: `make proto` after its first use") from None


@cache
def _known(package: str, name: str) -> Kind | Choices:
    row = _vocabulary()[package][name]
    if "values" in row:
        return Choices(row["name"], {key: (said, number) for key, (said, number) in row["values"].items()})
    return Kind(row["name"], {field: (kind, shape, group) for field, (kind, shape, group) in row["fields"].items()})


@cache
def _vocabulary() -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = json.loads((files(__package__) / "vocabulary.json").read_text())
    return found


def _one(kind: str, value: object) -> object:
    return READERS[kind](value) if kind in READERS else _of_kind(kind, value)


def _many(kind: str, value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"a list is wanted, not {type(value).__name__}")
    return [_one(kind, each) for each in value]


def _map(kind: str, value: object) -> dict[str, object]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"a mapping by names is wanted, not {type(value).__name__}")
    return {key: _one(kind, each) for key, each in value.items()}


def _of_kind(kind: str, value: object) -> object:
    if not isinstance(value, Message | Choice) or value.kind != kind:
        raise TypeError(f"{kind} is wanted, not {getattr(value, 'kind', type(value).__name__)}")
    return value.mapping() if isinstance(value, Message) else value.name


def _exactly(*types: type) -> Reader:
    def read(value: object) -> object:
        if type(value) not in types:
            raise TypeError(f"{types[0].__name__} is wanted, not {type(value).__name__}")
        return value

    return read


def _whole(lowest: int, highest: int, said: Reader) -> Reader:
    def read(value: object) -> object:
        if type(value) is not int or not lowest <= value <= highest:
            raise TypeError(f"a whole number from {lowest} to {highest} is wanted, not {value!r}")
        return said(value)

    return read


def _duration(value: object) -> object:
    if not isinstance(value, timedelta):
        raise TypeError(f"a duration is wanted, not {type(value).__name__}")
    seconds, part = divmod(value // timedelta(microseconds=1), 1_000_000)
    fraction = f".{part:06}" if part % 1000 else f".{part // 1000:03}" if part else ""
    return f"{seconds}{fraction}s"


def _packed(value: object) -> object:
    if not isinstance(value, Packed):
        raise TypeError(f"a packed message is wanted, not {type(value).__name__}")
    return value.mapping()


READERS: Mapping[str, Reader] = {
    "string": _exactly(str),
    "bool": _exactly(bool),
    "double": _exactly(float, int),
    "uint32": _whole(0, (1 << 32) - 1, lambda value: value),
    # JSON's numbers are too small for these.
    "uint64": _whole(0, (1 << 64) - 1, str),
    "int64": _whole(-(1 << 63), (1 << 63) - 1, str),
    "google.protobuf.Duration": _duration,
    "google.protobuf.Any": _packed,
    "google.protobuf.Struct": _exactly(dict),
}
SHAPES: Mapping[str, Callable[[str, object], object]] = {"one": _one, "set": _one, "many": _many, "map": _map}

"""A YAML file that a person wrote, with the line of every value, so that a mistake can be pointed at.

Strategy: the safe composer gives nodes with marks; values and lines are built from the nodes in one walk.

Rules: no aliases (a billion laughs), no duplicate keys (the second would win in silence), no custom tags, keys are
strings, at most 64 levels deep. All mistakes at once wherever that is possible.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.model.expected import expectation

Path = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)
MAX_DEPTH = 64
# libyaml is ten times as fast as the parser in Python, and both give the same nodes; but the one in Python says better
# what is wrong. It reads what libyaml refused once more, unless that is so large that it would take a minute.
FAST: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGE = 1 << 16
PLAIN = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


@dataclass(frozen=True, slots=True)
class Document:
    """The plain value and the line of every path in it."""

    file: str
    value: object
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing that contains it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def mistake(self, path: Path, message: str) -> Mistake:
        return Mistake(self.file, self.line(path), message)


def read_yaml(text: str, file: str) -> Document:
    """Text to value and lines, or every mistake that stands in the way."""
    try:
        node = _composed(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = error.problem or error.context or "cannot be read"
        raise ConfigurationError.single(file, f"not valid YAML: {said}", mark.line + 1 if mark else 0) from error
    except yaml.YAMLError as error:
        raise ConfigurationError.single(file, f"not valid YAML: {error}") from error
    except RecursionError as error:
        raise ConfigurationError.single(file, f"nested deeper than {MAX_DEPTH} levels") from error
    walk = _Walk(file)
    value = walk.build(node, ()) if node is not None else None
    if walk.mistakes:
        raise ConfigurationError(walk.mistakes)
    return Document(file, value, walk.lines)


def _composed(text: str, file: str) -> yaml.Node | None:
    try:
        return _composed_by(FAST, text, file)
    except yaml.YAMLError:
        if len(text) > LARGE:
            raise
        return _composed_by(yaml.SafeLoader, text, file)


def _composed_by(loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader], text: str, file: str) -> yaml.Node | None:
    _refuse_what_explodes(loader, text, file)
    node: yaml.Node | None = yaml.compose(text, Loader=loader)
    return node


def _refuse_what_explodes(loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader], text: str, file: str) -> None:
    """Before anything is built: aliases, and nesting that the parser would take minutes for."""
    depth, mistakes = 0, []
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 0
        if depth > MAX_DEPTH:
            raise ConfigurationError.single(file, f"nested deeper than {MAX_DEPTH} levels", line)
        if isinstance(event, yaml.AliasEvent):
            mistakes.append(Mistake(file, line, "aliases are not allowed here: write the value out"))
    if mistakes:
        raise ConfigurationError(mistakes)


class _Walk:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.mistakes: list[Mistake] = []
        self._scalars = yaml.SafeLoader("")

    def build(self, node: yaml.Node, path: Path) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        if len(path) > MAX_DEPTH:
            self._wrong(line, f"nested deeper than {MAX_DEPTH} levels")
            return None
        if isinstance(node, yaml.CollectionNode) and node.tag not in PLAIN:
            self._wrong(line, f"the tag {node.tag!r} is not allowed here: write the value without it")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError):
            self._wrong(line, f"cannot read {node.value!r} as {node.tag.rsplit(':', 1)[-1]}")
            return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        built: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._wrong(line, "a key must be plain text")
                continue
            key = key_node.value
            if key in built:
                self._wrong(line, f"duplicate key {key!r}: it already stands on line {self.lines[(*path, key)]}")
                continue
            self.lines[(*path, key)] = line
            built[key] = self.build(value_node, (*path, key))
        return built

    def _wrong(self, line: int, message: str) -> None:
        self.mistakes.append(Mistake(self.file, line, message))


def validated(
    document: Document, shape: type[M], at: Path = (), *, also: Callable[[M], list[Mistake]] | None = None
) -> M:
    """The document as the given pydantic model, or every mistake with its line."""
    value = document.value
    for step in at:
        value = value[step]  # type: ignore[index]
    try:
        model = shape.model_validate(value)
    except ValidationError as error:
        raise ConfigurationError([_translated(document, at, dict(item), shape) for item in error.errors()]) from error
    mistakes = also(model) if also else []
    if mistakes:
        raise ConfigurationError(mistakes)
    return model


def _translated(document: Document, at: Path, item: dict[str, object], shape: type[BaseModel]) -> Mistake:
    location = item["loc"]
    if not isinstance(location, tuple):
        raise TypeError(f"pydantic gave a location of type {type(location).__name__}")
    name = named(tuple(step for step in location if step != "[key]")) or "the document"
    return document.mistake((*at, *location), f"{name}: {expectation(item, shape)}")


def named(path: Path) -> str:
    """A path in words for a message: `rules.3.match.regex`."""
    return ".".join(str(step) for step in path)

"""Values of named fields in texts, as matches beside those of the detectors.

Strategy: a value is a match between its quotes, so that it stands in one verdict with all else that is found there.
What is put in its place is written as its format wants it.

Rules:
- What stands under a name in JSON that is read as such is the name's value, whole; texts in it are read on their own.
- Texts of one result may be parts of one whole (a header here, its rows there), so they are read each by itself and
  joined, with a line break between them and without.
- Which of several fields a value is: the first by name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from sidecar.core.mask.edit import Edit
from sidecar.core.mask.settle import Decide
from sidecar.core.model.detector import Match
from sidecar.core.model.named_field import NamedField
from sidecar.core.model.place import Place
from sidecar.core.understand.fields.find import values_of
from sidecar.core.understand.fields.names import Names
from sidecar.core.understand.fields.value import Form, Value


class Standing(NamedTuple):
    """A match, and how its value is written there."""

    match: Match
    form: Form


@dataclass(frozen=True, slots=True)
class Fields:
    """`places`: where some rule looks for one."""

    names: Names = field(default_factory=lambda: Names.of(()))
    each: tuple[tuple[str, Names], ...] = ()
    places: frozenset[Place] = frozenset()

    @classmethod
    def of(cls, several: Sequence[NamedField], places: frozenset[Place]) -> "Fields":
        names = Names.of([one.name for one in several])
        return cls(names, tuple((one.id, Names.of([one.name])) for one in sorted(several)), places)

    def may_stand_in(self, text: str) -> bool:
        return bool(self.each) and self.names.may_stand_in(text)

    def standing(self, texts: Sequence[str]) -> tuple[tuple[Standing, ...], ...]:
        """For each text, what stands in it."""
        if not self.may_stand_in("".join(texts)):
            return ((),) * len(texts)
        found: list[set[tuple[int, int, str, Form]]] = [set() for _ in texts]
        for joint in ("\n", "") if len(texts) > 1 else ("",):
            whole = joint.join(texts)
            for value in values_of(whole, self.names):
                for index, span in _parts(value.inside(whole), texts, len(joint)):
                    found[index].add((*span, self._which(value), value.form))
        for index, text in enumerate(texts if len(texts) > 1 else ()):
            for value in values_of(text, self.names):
                found[index].add((*value.inside(text), self._which(value), value.form))
        return tuple(
            tuple(_in_bytes(text, sorted(spans, key=_order))) for text, spans in zip(texts, found, strict=True)
        )

    def under(self, text: str, path: tuple[str, ...]) -> tuple[Standing, ...]:
        """What stands in one text of JSON. `path`: the keys above it."""
        if not self.each or not path or not self.names.fit(path):
            return self.standing((text,))[0]
        size = len(text.encode("utf-8", "surrogatepass"))
        return (Standing(Match(0, size, self._named(path)), Form.PLAIN),)

    def _which(self, value: Value) -> str:
        return self._named(value.path)

    def _named(self, path: tuple[str, ...]) -> str:
        return next(name for name, names in self.each if names.fit(path))


def reading(standing: Sequence[Standing], decide: Decide) -> Decide:
    """Decides about values as they are read, not as they are written."""
    if not standing:
        return decide
    forms = _forms(standing)

    def read(match: Match, value: str) -> str | None:
        form = forms.get((match.start, match.end))
        return decide(match, value if form is None else form.read(value))

    return read


def written(standing: Sequence[Standing], edits: Sequence[Edit]) -> Sequence[Edit]:
    """What takes the place of a whole value, as its format wants it."""
    if not standing:
        return edits
    forms = _forms(standing)
    return [
        replace(edit, text=form.written(edit.text)) if (form := forms.get((edit.start, edit.end))) else edit
        for edit in edits
    ]


def _forms(standing: Sequence[Standing]) -> Mapping[tuple[int, int], Form]:
    return {(one.match.start, one.match.end): one.form for one in standing}


def _order(one: tuple[int, int, str, Form]) -> tuple[int, int, str, str]:
    return (*one[:3], one[3].name)


def _parts(span: tuple[int, int], texts: Sequence[str], joint: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Which part of a span of the whole stands in which text."""
    at = 0
    for index, text in enumerate(texts):
        start, end = max(span[0] - at, 0), min(span[1] - at, len(text))
        if start < end:
            yield index, (start, end)
        at += len(text) + joint


def _in_bytes(text: str, spans: Sequence[tuple[int, int, str, Form]]) -> Iterator[Standing]:
    """Spans are in order of where they start; each is counted on from the one before."""
    at = length = 0
    for start, end, name, form in spans:
        length += len(text[at:start].encode("utf-8", "surrogatepass"))
        at = start
        size = len(text[start:end].encode("utf-8", "surrogatepass"))
        if size:
            yield Standing(Match(length, length + size, name), form)

"""`gatehouse policy test`: do the policies decide what their cases say they should?

Rules:
- A policy file may hold its own cases under `tests:`; a file of cases names the policies it is about.
- What must not stand in a file as it is (a secret, say) is put together from fragments: `words: {key: [AKI, ...]}`,
  and `$(key)` wherever a case needs it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sidecar.core.detect.catalogue import builtin
from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.exchange.rules import Rules
from sidecar.core.model.document import Document, read_yaml, validated
from sidecar.core.policy.book import Book, PolicySource, read_policy
from sidecar.core.policy.cases import CasesWritten, CaseWritten
from sidecar.processes.case_calls import call_of, effects_of, mixed
from sidecar.processes.policy_text import text_of
from sidecar.processes.rehearsal import Outcome, rehearsed
from sidecar.rulebook.book import book_of

_PLACE = {True: "cases", False: "tests"}
_WORD = re.compile(r"\$\(([A-Za-z0-9_-]+)\)")


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one file, and the policies they are about."""

    file: Path
    policies: tuple[Path, ...]
    cases: tuple[CaseWritten, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """`wrong`: one line for each thing that is not as expected; none when the case holds."""

    note: str
    wrong: tuple[str, ...]


def sources_of(files: Sequence[Path]) -> list[PolicySource]:
    """The texts of policy files; every file that cannot be read is named."""
    sources: list[PolicySource] = []
    mistakes: list[Mistake] = []
    for file in files:
        try:
            sources.append(PolicySource(str(file), text_of(file)))
        except ConfigurationError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigurationError(mistakes)
    return sources


def suite_of(file: Path) -> Suite:
    document = read_yaml(text_of(file), str(file))
    if isinstance(document.value, dict) and "cases" in document.value:
        written = validated(document, CasesWritten)
        policies = tuple(file.parent / name for name in written.policies)
        return Suite(file, policies, tuple(_filled(document, written.cases, written.words)))
    policy = read_policy(PolicySource(str(file), text_of(file)), builtin())
    return Suite(file, (file,), tuple(_filled(document, policy.tests, policy.words)))


def results(suite: Suite) -> Iterator[Result]:
    """Each case, played through."""
    book, rules = _compiled(suite.policies)
    for case in suite.cases:
        call = call_of(suite.file, case)
        yield Result(case.note, tuple(_wrong(case, rehearsed(book, call, rules), effects_of(case, call, book))))


@lru_cache(maxsize=16)
def _compiled(policies: tuple[Path, ...]) -> tuple[Book, Rules]:
    book = book_of(sources_of(policies))
    return book, Rules.of(book)


def forget() -> None:
    """Policies that were compiled: they are kept for the cases of one run."""
    _compiled.cache_clear()


def _wrong(case: CaseWritten, got: Outcome, effects: list[str]) -> Iterator[str]:
    expected = case.expect
    found = sorted({str(finding["detector"]) for finding in got.findings})
    compared: tuple[tuple[str, object, object], ...] = (
        ("verdict", expected.verdict, got.verdict),
        ("rule", expected.rule, got.rule),
        ("findings", None if expected.findings is None else sorted(set(expected.findings)), found),
        ("effects", None if expected.effects is None else sorted(expected.effects), effects),
        ("shadow", None if expected.shadow is None else sorted(set(expected.shadow)), sorted(got.shadow)),
    )
    for what, wanted, is_ in compared:
        if wanted is not None and wanted != is_:
            yield f"{what}: expected {_listed(wanted)}, got {_listed(is_)}"
    yield from (f"contains: {text!r} is not in what passes" for text in expected.contains if text not in got.text)
    yield from (f"lacks: {text!r} is in what passes" for text in expected.lacks if text in got.text)


def _listed(value: object) -> str:
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else str(value or "none")


def _filled(
    document: Document, cases: Sequence[CaseWritten], words: Mapping[str, tuple[str, ...]]
) -> Iterator[CaseWritten]:
    known = {name: "".join(fragments) for name, fragments in words.items()}
    for index, case in enumerate(cases):
        written = case.model_dump(by_alias=True, exclude_unset=True)
        missing = sorted(set(_WORD.findall(json.dumps(written))) - set(known))
        if missing:
            place = _PLACE[("cases",) in document.lines]
            says = ", ".join(f"$({name})" for name in missing)
            raise ConfigurationError([document.mistake((place, index), f"not among `words`: {says}")])
        filled = CaseWritten.model_validate(_replaced(written, known))
        if (wrong := mixed(filled)) is not None:
            raise ConfigurationError([document.mistake((_PLACE[("cases",) in document.lines], index), wrong)])
        yield filled


def _replaced(value: object, words: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _WORD.sub(lambda found: words[found[1]], value)
    if isinstance(value, dict):
        return {key: _replaced(one, words) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(one, words) for one in value]
    return value

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
from sidecar.core.model.caller import Caller
from sidecar.core.model.document import Document, read_yaml, validated
from sidecar.core.policy.book import Book, PolicySource, compile_book, read_policy
from sidecar.core.policy.cases import CasesWritten, CaseWritten, ToolWritten
from sidecar.processes.explaining_call import block_of, input_of, understood
from sidecar.processes.rehearsal import Call, Outcome, prompt_body, rehearsed

# A policy or a file of cases is written by hand.
MAX_BYTES = 4 << 20
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


def text_of(file: Path) -> str:
    """A file a person wrote, or a sentence why it cannot be read."""
    try:
        raw = file.read_bytes()
        if len(raw) > MAX_BYTES:
            raise ConfigurationError.single(str(file), f"is larger than {MAX_BYTES >> 20} MiB")
        return raw.decode()
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError.single(str(file), "is not UTF-8 text") from error


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
        yield Result(case.note, tuple(_wrong(case, rehearsed(book, _call(suite.file, case), rules))))


@lru_cache(maxsize=16)
def _compiled(policies: tuple[Path, ...]) -> tuple[Book, Rules]:
    book = compile_book(sources_of(policies), builtin())
    return book, Rules.of(book)


def forget() -> None:
    """Policies that were compiled: they are kept for the cases of one run."""
    _compiled.cache_clear()


def _call(file: Path, case: CaseWritten) -> Call:
    caller = Caller(case.caller.subject, case.caller.provider, case.caller.groups)
    answer = [{"type": "text", "text": case.answer}] if isinstance(case.answer, str) else case.answer
    if case.tool is not None:
        answer = [*(answer or ()), block_of(case.tool.name, _input(case.tool))]
    return Call(caller, case.connection, case.path, _body(file, case), answer, case.method)


def _input(tool: ToolWritten) -> Mapping[str, object]:
    return input_of(tool.input) if isinstance(tool.input, str) else tool.input


def _effects(case: CaseWritten) -> list[str]:
    """What the call would do; nothing where there is none."""
    if case.tool is None:
        return []
    return sorted(effect.value for effect in understood(case.tool.name, _input(case.tool)).effects)


def _body(file: Path, case: CaseWritten) -> bytes:
    if case.request_file is not None:
        return text_of(file.parent / case.request_file).encode()
    if case.prompt is not None:
        return prompt_body(case.prompt)
    if case.request is None and case.tool is not None:
        return prompt_body("")
    return b"" if case.request is None else json.dumps(case.request, ensure_ascii=False).encode()


def _wrong(case: CaseWritten, got: Outcome) -> Iterator[str]:
    expected = case.expect
    found = sorted({str(finding["detector"]) for finding in got.findings})
    compared: tuple[tuple[str, object, object], ...] = (
        ("verdict", expected.verdict, got.verdict),
        ("rule", expected.rule, got.rule),
        ("findings", None if expected.findings is None else sorted(set(expected.findings)), found),
        ("effects", None if expected.effects is None else sorted(expected.effects), _effects(case)),
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
            place = "cases" if ("cases",) in document.lines else "tests"
            says = ", ".join(f"$({name})" for name in missing)
            raise ConfigurationError([document.mistake((place, index), f"not among `words`: {says}")])
        yield CaseWritten.model_validate(_replaced(written, known))


def _replaced(value: object, words: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _WORD.sub(lambda found: words[found[1]], value)
    if isinstance(value, dict):
        return {key: _replaced(one, words) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(one, words) for one in value]
    return value

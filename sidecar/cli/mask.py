"""`gatehouse mask`: text in, masked text out, line by line.

Strategy: plain text runs through one stream mask, so that a value over several lines (a private key) is found as a
whole; each line leaves as soon as it is decided. With `--jsonl` every line is a text of its own.

Rules:
- Without a policy every built-in detector masks with `redact`. With policies, their rules on text count whoever they
  apply to, conditions left aside; what a rule would deny is masked too, since here is nobody to refuse.
- Fields by name (`mask: {fields: …}`) need the whole text: then nothing leaves before all of it was read.
- Placeholders are made with a fresh key, so they are the same within one run only; with `--key-file` in every run.
- Bytes that are no UTF-8 pass through plain text as they are.
"""

import argparse
import codecs
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sidecar.cli.lines import joined, lines_of
from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from sidecar.core.errors import ConfigurationError
from sidecar.core.exchange.fields import Fields, reading, written
from sidecar.core.mask.placeholder import PLACEHOLDER, Placeholders
from sidecar.core.mask.replace import replaced
from sidecar.core.mask.settle import Treat, edits_of
from sidecar.core.mask.splice import escaped
from sidecar.core.mask.stream import TextStream
from sidecar.core.model.action import Action, How
from sidecar.core.model.detector import Detector, Match
from sidecar.core.model.finding import Verdict
from sidecar.core.model.place import Place
from sidecar.core.model.treatment import Treatment
from sidecar.processes.state_folder import KEY_BYTES, mask_key

Treatments = Mapping[str, Treatment | None]
Looked = tuple[tuple[Detector, ...], Treatments, Fields]


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="read this instead of standard input")
    parser.add_argument("--jsonl", action="store_true", help='{"text":…} a line in, {"masked":…,"findings":[…]} out')
    parser.add_argument(
        "--policy", type=Path, action="append", default=[], metavar="FILE", help="rules (all detectors, redacting)"
    )
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="key for placeholders that last (a fresh one)")


def run(arguments: argparse.Namespace) -> int:
    masker = _masker(arguments.policy, arguments.key_file)
    work = mask_jsonl if arguments.jsonl else mask_text
    with _opened(arguments.file) as source:
        try:
            work(masker, lines_of(source), _write)
        except BadLine as error:
            print(f"gatehouse mask: {error}", file=sys.stderr)
            return 2
    return 0


class BadLine(Exception):  # noqa: N818  (it is a line, and it is bad)
    """A line that is not what was promised. The number says which; what stands in it may be secret."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"line {number}: {why}")


@dataclass(frozen=True, slots=True)
class Masker:
    """Detectors, what to do with what they find, and the placeholders to do it with."""

    compiled: Compiled
    treat: Treat
    placeholders: Placeholders
    fields: Fields = field(default_factory=Fields)

    def decide(self, match: Match, value: str) -> str | None:
        if match.detector == PLACEHOLDER.id:
            return value if self.placeholders.is_ours(value) else None
        treatment = self.treat(match)
        if treatment is None:
            return None
        return self.placeholders.make(treatment.label, treatment.how or How.REDACT, value)

    def whole(self, text: str) -> tuple[str, list[Match]]:
        """The masked text, and the spans that were masked, in bytes of it."""
        data = text.encode("utf-8", "surrogatepass")
        spans: list[Match] = []

        def noting(match: Match, value: str) -> str | None:
            new = self.decide(match, value)
            if new is not None and new != value:
                spans.append(match)
            return new

        named = self.fields.standing((text,))[0]
        matches = (*self.compiled.scan(data), *(one.match for one in named))
        edits = edits_of(data, matches, reading(named, noting), self.treat)
        return replaced(text, written(named, edits)), sorted(spans)


def mask_text(masker: Masker, lines: Iterable[bytes], write: Callable[[bytes], None]) -> None:
    if masker.fields.each:
        whole = b"".join(lines).decode("utf-8", "surrogateescape")
        write(masker.whole(whole)[0].encode("utf-8", "surrogateescape"))
        return
    stream = TextStream(masker.compiled.stream(), masker.decide, masker.treat)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    for line in lines:
        write("".join(stream.feed(decoder.decode(line))).encode("utf-8", "surrogateescape"))
    rest = [*stream.feed(decoder.decode(b"", final=True)), *stream.flush()]
    write("".join(rest).encode("utf-8", "surrogateescape"))


def mask_jsonl(masker: Masker, lines: Iterable[bytes], write: Callable[[bytes], None]) -> None:
    """Empty lines are passed over, as is usual; anything else that is not `{"text": "…"}` ends the run."""
    for number, line in enumerate(joined(lines), 1):
        if line.strip():
            text = _text_in(line, number)
            masked, spans = masker.whole(text)
            findings = json.dumps(_shown(text, spans)).encode()
            write(b'{"masked": ' + escaped(masked) + b', "findings": ' + findings + b"}\n")


def _text_in(line: bytes, number: int) -> str:
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError):
        raise BadLine(number, "is not JSON") from None
    text = value.get("text") if isinstance(value, dict) else None
    if not isinstance(text, str):
        raise BadLine(number, 'has no "text" that is a string')
    return text


def _shown(text: str, spans: Iterable[Match]) -> list[dict[str, str | int]]:
    """Places in characters, counted from one span to the next: a long text is decoded once."""
    data, at, passed = text.encode("utf-8", "surrogatepass"), 0, 0
    found: list[dict[str, str | int]] = []
    for span in spans:
        start = passed + len(data[at : span.start].decode("utf-8", "surrogatepass"))
        passed, at = start + len(data[span.start : span.end].decode("utf-8", "surrogatepass")), span.end
        found.append({"detector": span.detector, "start": start, "end": passed})
    return found


def _masker(policies: list[Path], key_file: Path | None) -> Masker:
    key = mask_key(key_file.parent, key_file) if key_file else os.urandom(KEY_BYTES)
    detectors, treatments, fields = _ruled(policies) if policies else _redacted(builtin())
    compiled = Compiled((*detectors, PLACEHOLDER))
    return Masker(compiled, lambda match: treatments.get(match.detector), Placeholders(key, "gatehouse mask"), fields)


def _redacted(detectors: tuple[Detector, ...]) -> Looked:
    treatments = {one.id: Treatment(Action.MASK, one.id, "", one.label, How.REDACT) for one in detectors}
    return detectors, treatments, Fields()


def _ruled(files: list[Path]) -> Looked:
    """What these policies look for in a prompt, and by name in the result of a tool, and what they say about it."""
    # Half a second that only --policy should pay.
    from sidecar.core.policy.book import PolicySource  # noqa: PLC0415
    from sidecar.core.policy.judge import Found, Judge, Ruleset  # noqa: PLC0415
    from sidecar.rulebook.book import book_of  # noqa: PLC0415

    book = book_of([PolicySource(str(file), _read(file)) for file in files])
    rules = tuple(rule for rule in Ruleset(book.policies).rules if rule.on_text)
    judge = Judge(Verdict(Action.ALLOW), (), False, rules, (), (), ())
    found = [Found(Place.PROMPT, "", one.id, one.label, None, "request", False) for one in book.detectors]
    found += [Found(Place.TOOL_RESULT, "", one.id, one.label, None, "request", False) for one in book.fields]
    fields = Fields.of(book.fields, frozenset({Place.TOOL_RESULT}))
    return book.detectors, {one.detector: judge.treat(one) for one in found}, fields


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError.single(str(file), "is not UTF-8 text") from error


def _opened(file: Path | None) -> "BinaryIO | nullcontext[BinaryIO]":
    try:
        return nullcontext(sys.stdin.buffer) if file is None else file.open("rb")
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error.strerror}") from error


def _write(data: bytes) -> None:
    if data:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()

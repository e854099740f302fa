"""`gatehouse policy`: check rules, test them, explain what they decide, and print the schema they are written in."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from glob import glob
from pathlib import Path

from sidecar.cli import policy_bundle
from sidecar.cli.policy_explain import as_json, as_text
from sidecar.core.detect.compiled import Compiled
from sidecar.core.errors import ConfigurationError, Mistake
from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Kind
from sidecar.core.policy.book import Book, PolicySource
from sidecar.core.policy.schema import policy_schema
from sidecar.core.policy.unread import reads
from sidecar.processes.bundles import sources
from sidecar.processes.explaining import explained
from sidecar.processes.explaining_call import call_as_json, call_as_text, explained_call
from sidecar.processes.policy_cases import results, sources_of, suite_of
from sidecar.processes.rehearsal import JSON, Call, upgrading
from sidecar.rulebook.book import book_of
from sidecar.settings.load import load
from sidecar.settings.schema import config_schema


def register(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="action", metavar="check|test|explain|bundle|schema", required=True)
    check = commands.add_parser("check", help="say whether policy files are right, or everything that is wrong")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE")
    test = commands.add_parser("test", help="run the cases of policy files and of case files")
    test.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: the policies of ./gatehouse.yaml")
    test.add_argument("--json", action="store_true", help="one JSON object")
    _register_explain(commands.add_parser("explain", help="say which rules looked at a call, and why the verdict"))
    policy_bundle.register(commands.add_parser("bundle", help="signed policies, in one file"))
    schema = commands.add_parser("schema", help="print a JSON Schema")
    schema.add_argument("of", nargs="?", choices=("policy", "config"), default="policy")


def _register_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", action="append", type=Path, metavar="FILE", help="default: those of gatehouse.yaml")
    parser.add_argument("--subject", default="someone", help="name of the caller")
    parser.add_argument("--group", action="append", default=[], help="a group of the caller; may be repeated")
    parser.add_argument("--connection", default="claude", help="name of the connection")
    parser.add_argument("--kind", choices=[one.value for one in Kind], default="claude", help="what is spoken there")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--request",
        metavar="FILE",
        nargs="?",
        const="",
        help="body of the request, or message to an MCP server; - is stdin, nothing is no body",
    )
    what.add_argument("--tool", metavar="NAME", help="a tool call instead: exit 1 if it would not go at once")
    parser.add_argument("--input", default="{}", metavar="TEXT", help="of the tool: a JSON object, or a command")
    parser.add_argument("--path", help="path of the request; default: /v1/messages, or / behind other connections")
    parser.add_argument("--method", help="method of the request; default: POST, or GET without a body")
    parser.add_argument("--upgrade", choices=("websocket",), help="with --kind http: the request asks for this")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    action: Callable[[argparse.Namespace], int] = _ACTIONS[arguments.action]
    return action(arguments)


def _check(arguments: argparse.Namespace) -> int:
    sources: list[PolicySource] = []
    mistakes: list[Mistake] = []
    for file in arguments.files:
        try:
            sources += sources_of([file])
        except ConfigurationError as error:
            mistakes += error.mistakes
    mistakes += (found := _mistakes(sources))
    wrong = {mistake.file for mistake in mistakes}
    for file in map(str, arguments.files):
        if file not in wrong:
            print(f"{file}: ok")
    for line in () if found else (*_unrecorded(sources), *_unread(sources)):
        print(line)
    if mistakes:
        raise ConfigurationError(mistakes)
    return 0


def _mistakes(sources: Sequence[PolicySource]) -> tuple[Mistake, ...]:
    try:
        book = book_of(sources)
    except ConfigurationError as error:
        return error.mistakes
    return tuple(_unscannable(book))


def _unrecorded(sources: Sequence[PolicySource]) -> list[str]:
    """No mistake, but to be known by whoever puts it into force."""
    said = "note: while the record is full, policy {} lets calls pass unrecorded (connections: {})"
    lax = [policy for policy in book_of(sources).policies if policy.passes_when_full]
    return [said.format(one.name, ", ".join(one.applies.connections.sources)) for one in lax if one.applies.connections]


def _unread(sources: Sequence[PolicySource]) -> list[str]:
    """Nor this: what these rules are there for passes them all the same."""
    said = "note: policy {} lets {} pass unread: nothing in its frames is masked or found by {}"
    every = book_of(sources).policies
    blind = [(one, [rule.id for rule in one.rules if reads(rule)]) for one in every if one.upgrades]
    return [said.format(one.name, ", ".join(sorted(one.upgrades)), ", ".join(rules)) for one, rules in blind if rules]


def _unscannable(book: Book) -> list[Mistake]:
    """A pattern that RE2 takes by itself may still be too large for the scanner."""
    try:
        Compiled([detector for detector in book.detectors if detector.id.startswith("rule/")])
    except ValueError as error:
        return [Mistake("the policies together", 0, str(error))]
    return []


def _test(arguments: argparse.Namespace) -> int:
    files = arguments.files or _configured()
    failed, shown = 0, []
    for suite in [suite_of(file) for file in files]:
        for result in results(suite):
            failed += bool(result.wrong)
            shown.append({"file": str(suite.file), "case": result.note, "wrong": list(result.wrong)})
            if not arguments.json:
                print(f"{'FAIL' if result.wrong else 'ok':4}  {suite.file}: {result.note}")
                for line in result.wrong:
                    print(f"      {line}")
    if arguments.json:
        print(json.dumps({"cases": shown, "failed": failed}, indent=2, ensure_ascii=False))
    else:
        print(f"{len(shown)} cases, {failed} failed" if shown else "no cases: write some under `tests:` in a policy")
    return 1 if failed else 0


def _explain(arguments: argparse.Namespace) -> int:
    book = book_of(sources_of(arguments.policy) if arguments.policy else sources(load()))
    caller = Caller(arguments.subject, "company", tuple(arguments.group))
    if arguments.tool is not None:
        return _explain_call(book, caller, arguments)
    what = explained(book, _call(caller, arguments))
    if arguments.json:
        print(json.dumps(as_json(what), indent=2, ensure_ascii=False))
    else:
        print("\n".join(as_text(what)))
    return 0


def _call(caller: Caller, arguments: argparse.Namespace) -> Call:
    kind, body = Kind(arguments.kind), _request(arguments.request)
    path = arguments.path or ("/v1/messages" if kind is Kind.CLAUDE else "/" if kind is Kind.HTTP else "")
    method = arguments.method or ("POST" if body else "GET")
    call = Call(caller, arguments.connection, path, body, method=method, kind=kind, headers=JSON if body else ())
    return upgrading(call, arguments.upgrade) if arguments.upgrade else call


def _explain_call(book: Book, caller: Caller, arguments: argparse.Namespace) -> int:
    mcp = Kind(arguments.kind) is Kind.MCP
    what = explained_call(book, caller, arguments.connection, arguments.tool, arguments.input, of_a_server=mcp)
    if arguments.json:
        print(json.dumps(call_as_json(what), indent=2, ensure_ascii=False))
    else:
        print("\n".join(call_as_text(what)))
    return 0 if what.goes else 1


def _request(file: str) -> bytes:
    if not file:
        return b""
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise ConfigurationError.single(file, f"cannot be read: {error.strerror}") from error


def _schema(arguments: argparse.Namespace) -> int:
    schema = policy_schema() if arguments.of == "policy" else config_schema()
    print(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0


def _configured() -> list[Path]:
    """The policy files that the gate on this machine would use."""
    return [Path(file) for pattern in load().policies for file in sorted(glob(pattern, recursive=True))]


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "check": _check,
    "test": _test,
    "explain": _explain,
    "bundle": policy_bundle.run,
    "schema": _schema,
}

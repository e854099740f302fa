"""`gatehouse audit`: tables, proof, reports. Each subcommand has a module of its own, loaded when it is asked for."""

import argparse
import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from types import MappingProxyType

# Subcommand -> its module and the line that help shows. Such a module has `register` and `run`, as a command has.
SUBCOMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "verify": ("sidecar.cli.audit_verify", "nothing changed, nothing missing: prove it"),
        "export": ("sidecar.cli.audit_export", "a bundle that can be checked without us"),
        "report": ("sidecar.cli.audit_report", "the saved questions, answered"),
        "sql": ("sidecar.cli.audit_sql", "a question of your own"),
        "keys": ("sidecar.cli.audit_keys", "the keys that checkpoints are signed with: list, rotate, publish"),
        "open": ("sidecar.cli.audit_open", "sealed originals, with the auditor's key"),
        "migrate": ("sidecar.cli.audit_migrate", "make the tables, or bring them up to date"),
        "retry": ("sidecar.cli.audit_retry", "events that the database refused: list them, or try again"),
        "hold": ("sidecar.cli.audit_hold", "keep a session's record whatever its age"),
    }
)


def register(parser: argparse.ArgumentParser, subcommands: Mapping[str, tuple[str, str]] = SUBCOMMANDS) -> None:
    parser.description = "Prove it."
    found = parser.add_subparsers(dest="subcommand", required=True, metavar="SUBCOMMAND")
    for name, (module, line) in subcommands.items():
        if find_spec(module) is not None:
            _Late(found.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}."), module)


def run(arguments: argparse.Namespace) -> int:
    from sidecar.record.spool_file import told  # noqa: PLC0415  (what only asks for help needs no database)

    module = importlib.import_module(arguments.module)
    with told():
        return int(module.run(arguments))


class _Late:
    """A parser that learns its arguments when it is the one that was asked for."""

    def __init__(self, parser: argparse.ArgumentParser, module: str) -> None:
        self._parse, self._parser, self._module = parser.parse_known_args, parser, module
        parser.parse_known_args = self._learned  # type: ignore[method-assign,assignment]

    def _learned(self, *given: object) -> object:
        importlib.import_module(self._module).register(self._parser)
        self._parser.set_defaults(module=self._module)
        return self._parse(*given)  # type: ignore[call-overload]

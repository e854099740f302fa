"""`gatehouse audit open`: sealed originals, for the one who holds the auditor's private key.

Rules: every opening is recorded before anything is shown. Exit code 1 if something that was sealed stays closed, or
the database could not be asked for more.
"""

import argparse
import json
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from sidecar.processes.opening import Asked, Opened, opened
from sidecar.settings.load import load


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="SESSION|EXCHANGE", help="whose originals to open")
    parser.add_argument("--key", type=Path, required=True, metavar="FILE", help="the auditor's X25519 private key")
    parser.add_argument("--reason", metavar="TEXT", help="why, for the record")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write files there instead of standard output")
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
    parser.add_argument("--json", action="store_true", help="one object a line, the bytes as text or base64")


def run(arguments: argparse.Namespace) -> int:
    opening = opened(load(arguments.config), arguments.key, Asked(arguments.name, arguments.reason))
    found = opening.found
    if arguments.json:
        _as_lines(found)
    elif arguments.out is not None:
        _as_files(found, arguments.out)
    else:
        _as_text(found)
    for one in found:
        if one.data is None and not arguments.json:
            print(f"gatehouse audit open: {_title(one)}: {one.why}", file=sys.stderr)
    if opening.unasked is not None:
        print(f"gatehouse audit open: the database was not asked: {opening.unasked}", file=sys.stderr)
    return 0 if opening.complete else 1


def _title(one: Opened) -> str:
    return f"{one.original.exchange} {one.original.kind} {one.original.at}"


def _as_text(found: Sequence[Opened]) -> None:
    for one in found:
        if one.data is not None:
            print(f"=== {_title(one)} ({len(one.data)} bytes)")
            print(one.data.decode(errors="backslashreplace"))


def _as_files(found: Sequence[Opened], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in found:
        if one.data is not None:
            file = folder / f"{one.original.exchange}.{one.original.kind}"
            file.touch(mode=0o600)
            file.write_bytes(one.data)
            print(file)


def _as_lines(found: Sequence[Opened]) -> None:
    for one in found:
        told: dict[str, object] = {
            "exchange": one.original.exchange,
            "kind": one.original.kind,
            "at": one.original.at,
            "part": one.original.part,
            "why": one.why,
        }
        print(json.dumps(told | _content(one.data), ensure_ascii=False))


def _content(data: bytes | None) -> dict[str, object]:
    if data is None:
        return {"text": None}
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(data).decode()}

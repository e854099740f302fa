"""`gatehouse audit keys`: the keys that checkpoints are signed with; list them, put a new one in force, publish them.

Rules:
- A gate that runs signs with the new key from its next checkpoint on. What the old one signed can still be checked.
- Nothing here shows a private key.
"""

import argparse
import json
import os
import time
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.record.keys import SIGNING, Listed, listed, rotated, text_of
from sidecar.record.moment import written_at
from sidecar.settings.load import load


def register(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=("list", "rotate", "publish"), help="publish: the public keys, to keep elsewhere"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="publish into this file instead of standard output")
    parser.add_argument("--config", type=Path, metavar="FILE", help="default: ./gatehouse.yaml, or a laptop's")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    folder = load(arguments.config).state / "keys"
    if not listed(folder) or not (folder / SIGNING).is_file():
        said = "there are no keys here yet: a gate makes them when it starts"
        raise ConfigurationError.single(str(folder), said)
    return _ACTIONS[arguments.action](folder, arguments)


def _list(folder: Path, arguments: argparse.Namespace) -> int:
    keys = listed(folder)
    if arguments.json:
        print(json.dumps({"keys": [_object(keys, n) for n in range(len(keys))]}, indent=2))
        return 0
    for number, key in enumerate(keys):
        until = _until(keys, number)
        print(f"{key.id}  since {key.since}  {f'until {until}' if until else 'signs now'}")
    return 0


def _rotate(folder: Path, arguments: argparse.Namespace) -> int:
    try:
        signer = rotated(folder, written_at(time.time()))
    except OSError as error:
        raise ConfigurationError.single(str(folder), f"the key cannot be rotated: {error.strerror}") from error
    keys = listed(folder)
    if arguments.json:
        print(json.dumps(_object(keys, len(keys) - 1), indent=2))
        return 0
    print(f"{signer.id} signs from the next checkpoint on; {keys[-1].before} vouches for it and is gone")
    print("publish it where your auditors look: gatehouse audit keys publish --out FILE")
    return 0


def _publish(folder: Path, arguments: argparse.Namespace) -> int:
    text = text_of(listed(folder))
    if arguments.out is None:
        print(text, end="")
        return 0
    fresh = arguments.out.with_name(f".{arguments.out.name}.{os.getpid()}")
    try:
        fresh.write_text(text, "utf-8")
        fresh.replace(arguments.out)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigurationError.single(str(arguments.out), f"cannot be written: {error.strerror}") from error
    print(f"{arguments.out}: check a record against it with gatehouse audit verify --keys {arguments.out}")
    return 0


def _object(keys: list[Listed], number: int) -> dict[str, object]:
    key = keys[number]
    return {**key.told, "until": _until(keys, number)}


def _until(keys: list[Listed], number: int) -> str | None:
    return keys[number + 1].since if number + 1 < len(keys) else None


_ACTIONS = {"list": _list, "rotate": _rotate, "publish": _publish}

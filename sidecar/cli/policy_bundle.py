"""`gatehouse policy bundle`: make a signed bundle of policies, look at one, bring it to a registry; keys for that."""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.cli.bundle_places import fetch, push
from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import key_id
from sidecar.processes.bundle_build import Built, Said, built
from sidecar.rulebook.bundle.accept import Terms, refuse_unusable
from sidecar.rulebook.bundle.bundle import Bundle, verified
from sidecar.rulebook.bundle.keys import Trusted, private_key, private_text, public_text, trusted
from sidecar.rulebook.bundle.manifest import HIGHEST, NAME, moment, seconds
from sidecar.rulebook.bundle.trouble import BundleRefused


def register(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="bundle", metavar="build|verify|push|keys", required=True)
    _register_build(commands.add_parser("build", help="check and test a folder of policies, and sign it as one file"))
    verify = commands.add_parser("verify", help="say what is in a bundle, if everything about it is right")
    verify.add_argument("place", metavar="FILE|ADDRESS", help="a file, https://... or oci://...")
    verify.add_argument("--extract", type=Path, metavar="FOLDER", help="put its policies there")
    push_to = commands.add_parser("push", help="bring a bundle to a registry, once it is verified")
    push_to.add_argument("file", type=Path, metavar="FILE")
    push_to.add_argument("to", metavar="oci://HOST/REPOSITORY:TAG")
    for one in (verify, push_to):
        one.add_argument(
            "--public-key", action="append", required=True, metavar="KEY", help="64 digits, or a file; may be repeated"
        )
        one.add_argument("--user", help="for the place, with the password in --credential-env")
        one.add_argument("--credential-env", metavar="NAME", help="variable that holds the password or token")
        one.add_argument("--ca", type=Path, metavar="FILE", help="authorities of the place; default: the system's")
        one.add_argument("--json", action="store_true", help="one JSON object")
    keys = commands.add_parser("keys", help="make a key to sign with, or show the public half of one")
    keys.add_argument("what", choices=("new", "show"))
    keys.add_argument("file", type=Path, metavar="FILE", help="the private key; keep it where only the signer can read")
    keys.add_argument("--json", action="store_true", help="one JSON object")


def _register_build(build: argparse.ArgumentParser) -> None:
    build.add_argument("folder", type=Path, metavar="FOLDER")
    build.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    build.add_argument(
        "--key", action="append", type=Path, required=True, metavar="FILE", help="private key; may be repeated"
    )
    build.add_argument("--name", help="default: the folder's name")
    build.add_argument("--version", type=int, metavar="N", help="has to rise; default: the time, as 20270131235959")
    build.add_argument("--created", metavar="TIME", help="as 2027-01-31T00:00:00Z; default: now")
    build.add_argument("--not-after", metavar="TIME", help="no gate begins with it from then on")
    build.add_argument("--needs", metavar="VERSION", help="the oldest Gatehouse that may use it; default: this one")
    build.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> int:
    action: Callable[[argparse.Namespace], int] = _ACTIONS[arguments.bundle]
    return action(arguments)


def _build(arguments: argparse.Namespace) -> int:
    keys = [_private(file) for file in arguments.key]
    made = built(arguments.folder, _said(arguments), keys)
    _write(arguments.out, made.raw)
    found = verified(made.raw, {key_id(key.public_key()): key.public_key() for key in keys})
    _print(arguments, found, str(arguments.out))
    if not arguments.json:
        for line in _left(made):
            print(line)
    return 0


def _said(arguments: argparse.Namespace) -> Said:
    now = int(time.time())
    name = arguments.name or arguments.folder.resolve().name
    if re.fullmatch(NAME, name) is None:
        raise ConfigurationError.single("--name", f"expected small letters, digits and dashes, not {name!r}")
    number = int(time.strftime("%Y%m%d%H%M%S", time.gmtime(now))) if arguments.version is None else arguments.version
    if not 1 <= number <= HIGHEST:
        raise ConfigurationError.single("--version", f"expected a number from 1 to {HIGHEST}, not {number}")
    created = _time("--created", arguments.created)
    return Said(
        name,
        number,
        now if created is None else created,
        arguments.needs or _numbers(version("gatehouse")),
        _time("--not-after", arguments.not_after),
    )


def _time(option: str, text: str | None) -> int | None:
    try:
        return None if text is None else seconds(text)
    except ValueError as error:
        raise ConfigurationError.single(option, str(error)) from error


def _numbers(text: str) -> str:
    """`0.2.0` of `0.2.0rc1`."""
    found = re.match(r"[0-9]+(\.[0-9]+){0,3}", text)
    return found[0] if found else "0"


def _left(made: Built) -> list[str]:
    return [f"left out: {', '.join(made.left)}"] if made.left else []


def _verify(arguments: argparse.Namespace) -> int:
    found = _verified(fetch(arguments.place, arguments), arguments.place, _trusted(arguments.public_key))
    if arguments.extract is not None:
        arguments.extract.mkdir(parents=True, exist_ok=True)
        for name, text in found.files.items():
            _write(arguments.extract / name, text.encode())
    _print(arguments, found, arguments.place)
    return 0


def _push(arguments: argparse.Namespace) -> int:
    raw = fetch(str(arguments.file), arguments)
    found = _verified(raw, str(arguments.file), _trusted(arguments.public_key))
    digest = push(raw, found.manifest, arguments.to, arguments)
    if arguments.json:
        print(json.dumps({"to": arguments.to, "digest": digest, "bundle": found.title}, indent=2))
    else:
        print(f"{found.title}: pushed to {arguments.to}\n{digest}")
    return 0


def _verified(raw: bytes, place: str, keys: Trusted) -> Bundle:
    try:
        found = verified(raw, keys)
        refuse_unusable(found, Terms(version("gatehouse")), time.time())
    except BundleRefused as refused:
        raise BundleRefused(f"{place} {refused}") from refused
    return found


def _print(arguments: argparse.Namespace, found: Bundle, place: str) -> None:
    manifest = found.manifest
    until = None if manifest.not_after is None else moment(manifest.not_after)
    told: dict[str, object] = {
        "place": place,
        "name": manifest.name,
        "version": manifest.version,
        "created": moment(manifest.created),
        "needs": manifest.needs,
        "not_after": until,
        "signed_by": found.key,
        "digest": found.digest,
        "files": dict(manifest.files),
    }
    if arguments.json:
        print(json.dumps(told, indent=2))
        return
    print(f"{place}: {found.title}, made {told['created']}, signed by {found.key}")
    print(f"digest: sha256:{found.digest}")
    print(f"needs Gatehouse {manifest.needs}" + (f"; not after {until}" if until else ""))
    for name, digest in manifest.files.items():
        print(f"  {name}  sha256:{digest}")


def _keys(arguments: argparse.Namespace) -> int:
    if arguments.what == "new":
        _write_key(arguments.file, Ed25519PrivateKey.generate())
    public = _private(arguments.file).public_key()
    if arguments.json:
        print(json.dumps({"id": key_id(public), "public_key": public_text(public)}, indent=2))
        return 0
    print(f"public key {key_id(public)}, for policies.bundle.public_keys:")
    print(public_text(public))
    if arguments.what == "new":
        print(
            f"the private key is in {arguments.file}: who has it decides what every gate lets through", file=sys.stderr
        )
    return 0


def _write_key(file: Path, key: Ed25519PrivateKey) -> None:
    """Never over one that is there: what it signed could not be made again."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(private_text(key) + "\n")
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be made: {error.strerror}") from error


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        return private_key(file.read_text("ascii"))
    except OSError as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError.single(str(file), str(error)) from error


def _trusted(keys: list[str]) -> Trusted:
    """Each is the key itself, or a file with one."""
    texts = [Path(key).read_text("latin-1") if Path(key).is_file() else key for key in keys]
    try:
        return trusted(texts)
    except ValueError as error:
        raise ConfigurationError.single("--public-key", str(error)) from error


def _write(file: Path, raw: bytes) -> None:
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        fresh.write_bytes(raw)
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ConfigurationError.single(str(file), f"cannot be written: {error.strerror}") from error


_ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "build": _build,
    "verify": _verify,
    "push": _push,
    "keys": _keys,
}

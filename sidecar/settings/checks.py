"""What several settings must be together.

Strategy: the checks read the document as it was written, not the validated one, so that a mistake in one place does
not hide a mistake in another. What is not of the right shape is passed over here: the shape is checked elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping
from glob import glob
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import TypeAdapter

from sidecar.core.errors import Mistake
from sidecar.core.model.document import Document
from sidecar.core.model.document import Path as Place
from sidecar.settings.checks_control import control_checks
from sidecar.settings.loopback import is_loopback
from sidecar.settings.tokens import CONTROL_AUDIENCE, LOCAL_PROVIDER, OWN_PROVIDER
from sidecar.settings.units import Duration
from sidecar.settings.written import DevelopmentSection, EnvoySection, ListenSection, MetricsSection
from sidecar.settings.written_control import ControlListenSection, GatesSection

Wrong = tuple[Place, str]
Raw = Mapping[str, object]
LONGEST_UNSIGNED = 86_400.0
DURATION: TypeAdapter[float] = TypeAdapter(Duration)
CLICKHOUSE = 8123  # where an address without a port leads
# Headers that decide where a request ends or goes: with a credential in them it would be another request.
_NOT_FOR_CREDENTIALS = frozenset({"connection", "content-length", "host", "te", "transfer-encoding", "upgrade"})


def cross_checks(document: Document, folder: Path) -> list[Mistake]:
    """Every mistake that only shows when settings are looked at together."""
    raw = document.value
    if not isinstance(raw, dict):
        return []  # not a configuration at all: that is the one thing to say
    return [
        document.mistake(place, f"{'.'.join(str(step) for step in place)}: {said}")
        for check in _CHECKS
        for place, said in check(raw, folder)
    ]


def _section(raw: object, *steps: str) -> Raw:
    for step in steps:
        raw = raw.get(step) if isinstance(raw, dict) else None
    return raw if isinstance(raw, dict) else {}


def _items(section: Raw, key: str) -> Iterator[tuple[int, Raw]]:
    listed = section.get(key)
    if isinstance(listed, list):
        yield from ((index, item) for index, item in enumerate(listed) if isinstance(item, dict))


def _repeated(section: Raw, at: Place, key: str, what: str) -> Iterator[Wrong]:
    seen: dict[str, str] = {}
    for index, item in _items(section, str(at[-1])):
        value = item.get(key)
        if not isinstance(value, str):
            continue
        name = item.get("name")
        if value in seen:
            other = "" if key == "name" else f" (connection {seen[value]!r})"
            yield (*at, index, key), f"{what} {value!r} is already taken{other}"
        seen.setdefault(value, str(name))


def _connection_names(raw: Raw, _: Path) -> Iterator[Wrong]:
    yield from _repeated(raw, ("connections",), "name", "the connection name")
    yield from _repeated(raw, ("connections",), "path", "the path")
    for index, item in _items(raw, "connections"):
        path = item.get("path")
        if isinstance(path, str) and path.split("/")[1:2] in (["c"], ["v1"], ["api"]):
            yield (
                ("connections", index, "path"),
                f"{path!r} begins with a path that the gate itself answers: /c, /v1 and /api are taken",
            )


def _credential_headers(raw: Raw, _: Path) -> Iterator[Wrong]:
    for index, item in _items(raw, "connections"):
        header = str(_section(item, "credential").get("header", "")).lower()
        if header in _NOT_FOR_CREDENTIALS or header.startswith("x-gatehouse-"):
            yield ("connections", index, "credential", "header"), f"{header!r} cannot carry a credential"


def _upgrades(raw: Raw, _: Path) -> Iterator[Wrong]:
    for index, item in _items(raw, "connections"):
        at: Place = ("connections", index)
        if item.get("upgrades") and item.get("kind") in {"claude", "mcp"}:
            yield (*at, "upgrades"), f"is for connections of kind http, and this one is of kind {item['kind']}"
        if "upgrade_timeout" in item and not item.get("upgrades"):
            yield (*at, "upgrade_timeout"), "has a meaning only with `upgrades: [websocket]`"


def _provider_names(raw: Raw, _: Path) -> Iterator[Wrong]:
    identity = _section(raw, "identity")
    yield from _repeated(identity, ("identity", "providers"), "name", "the provider name")
    exchange = _section(identity, "exchange")
    yield from _repeated(exchange, ("identity", "exchange", "from"), "name", "the name")
    for index, item in _items(identity, "providers"):
        if _exchanged(identity) and item.get("name") == OWN_PROVIDER:
            yield ("identity", "providers", index, "name"), f"{OWN_PROVIDER!r} is the control plane's own name"
    for index, item in _items(exchange, "from"):
        # Its callers would be taken for the owner of the control plane's machine.
        if item.get("name") == LOCAL_PROVIDER:
            yield ("identity", "exchange", "from", index, "name"), f"{LOCAL_PROVIDER!r} is the name of this machine"


def _gate_audiences(raw: Raw, _: Path) -> Iterator[Wrong]:
    """A gate that took the control plane's audience would make tokens for people's acts tokens for agents."""
    identity = _section(raw, "identity")
    exchange = _section(identity, "exchange")
    named: list[tuple[Place, object]] = [(("identity", "exchange", "audience"), exchange.get("audience"))]
    named.append((("identity", "exchange", "audiences"), exchange.get("audiences")))
    named += [
        (("identity", "providers", n, "audiences"), one.get("audiences")) for n, one in _items(identity, "providers")
    ]
    for place, value in named:
        if value == CONTROL_AUDIENCE or (isinstance(value, list) and CONTROL_AUDIENCE in value):
            yield place, f"{CONTROL_AUDIENCE!r} is for what people do at the control plane; no gate may be called so"


def _exchanged(identity: Raw) -> bool:
    """Also without any provider: people come in through the console."""
    return isinstance(identity.get("exchange"), dict)


def _someone_can_come_in(raw: Raw, _: Path) -> Iterator[Wrong]:
    development = _section(raw, "development")
    identity = _section(raw, "identity")
    vouched = identity.get("providers") or _exchanged(identity) or identity.get("workload")
    if not vouched and development.get("identity") is not True:
        yield (
            ("identity",),
            "nobody could come in: name a provider under identity.providers, or set development.identity: true",
        )
    address = _section(raw, "listen").get("address", ListenSection().address)
    if identity.get("workload") and isinstance(address, str) and not is_loopback(address):
        yield (
            ("identity", "workload"),
            f"whoever reaches {address} would be taken for this pod: listen on 127.0.0.1, or leave the workload out",
        )
    if development.get("identity") is True and isinstance(address, str) and not is_loopback(address):
        yield (
            ("development", "identity"),
            f"the development identity is only for loopback, and the gate listens on {address}: "
            "listen on 127.0.0.1, or name a real provider under identity.providers",
        )


def _distinct_ports(raw: Raw, _folder: Path) -> Iterator[Wrong]:
    seen: dict[int, str] = {}
    # Those left at their default first, so that the mistake points at a line that somebody wrote.
    for _, place, port in sorted(_ports(raw), key=lambda one: one[0]):
        if port in seen and port != 0:
            yield place, f"port {port} is already used by {seen[port]}"
        seen.setdefault(port, ".".join(place))


def _ports(raw: Raw) -> Iterator[tuple[bool, tuple[str, ...], int]]:
    simulated = _section(raw, "development").get("simulator") is True
    for place, standard in (
        (("listen", "port"), ListenSection().port),
        (("metrics", "port"), MetricsSection().port),
        (("envoy", "admin_port"), EnvoySection().admin_port),
        (("control", "listen", "port"), ControlListenSection().port),
        (("control", "gates", "port"), GatesSection().port),
        *([(("development", "simulator_port"), DevelopmentSection().simulator_port)] if simulated else []),
    ):
        section = _section(raw, *place[:-1])
        port = section.get(place[-1], standard)
        if isinstance(port, int):
            yield place[-1] in section, place, port
    address = _section(raw, "record").get("clickhouse")
    if isinstance(address, str) and (port := _local_port(address)) is not None:
        yield True, ("record", "clickhouse"), port


def _local_port(address: str) -> int | None:
    """Of a database on this machine: there no other listener can have it."""
    try:
        parts = urlsplit(address)
        return (parts.port or CLICKHOUSE) if is_loopback(parts.hostname or "") else None
    except ValueError:
        return None


def _policies_exist(raw: Raw, folder: Path) -> Iterator[Wrong]:
    written, section = raw.get("policies"), _section(raw, "policies")
    at: Place = ("policies", "files") if section else ("policies",)
    patterns = section.get("files") if section else written
    nothing = not patterns and not section.get("bundle")
    if nothing and _section(raw, "development").get("identity") is not True:
        yield ("policies",), "is required: name the files with your rules, such as [policies/*.yaml], or a bundle"
    if not isinstance(patterns, list):
        return
    for index, pattern in enumerate(patterns):
        if isinstance(pattern, str) and pattern and not glob(str(folder / pattern), recursive=True):
            yield (*at, index), f"{pattern!r} matches no file (looked in {folder})"


def _a_key_to_restore_with(raw: Raw, _: Path) -> Iterator[Wrong]:
    restore = _section(raw, "restore")
    if restore.get("survive_restart") is True and not restore.get("key_file"):
        yield ("restore", "survive_restart"), "needs restore.key_file: the key that masked values are encrypted under"


def _checkpoints_before_they_expire(raw: Raw, _: Path) -> Iterator[Wrong]:
    """What is deleted by age has to be under a checkpoint that is as old: the database waits two days longer."""
    record = _section(raw, "record")
    try:
        every = DURATION.validate_python(_section(record, "checkpoints").get("every", 60))
    except ValueError:
        return
    if record.get("ca") and not str(record.get("clickhouse", "")).startswith("https:"):
        yield ("record", "ca"), "needs record.clickhouse with https: certificates are shown over TLS only"
    if _section(record, "retention").get("evidence") is not None and every > LONGEST_UNSIGNED:
        said = "must be a day or less where record.retention.evidence is set: a checkpoint says what may be gone"
        yield ("record", "checkpoints", "every"), said


_CHECKS: tuple[Callable[[Raw, Path], Iterator[Wrong]], ...] = (
    _connection_names,
    _credential_headers,
    _upgrades,
    _provider_names,
    _gate_audiences,
    _someone_can_come_in,
    _distinct_ports,
    _policies_exist,
    _a_key_to_restore_with,
    control_checks,
    _checkpoints_before_they_expire,
)

"""What the settings of the control plane must be together, and with others."""

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path

from sidecar.core.model.document import Path as Place

Wrong = tuple[Place, str]
Raw = Mapping[str, object]


def control_checks(raw: Raw, _folder: Path) -> Iterator[Wrong]:
    control = _section(raw, "control")
    yield from _beyond_this_machine(control)
    yield from _own_certificate(control)
    yield from _who_signs_in(raw, control)


def _beyond_this_machine(control: Raw) -> Iterator[Wrong]:
    """What people are shown and the key of data planes would travel in the clear."""
    for name in ("listen", "gates"):
        section = _section(control, name)
        address = section.get("address")
        if isinstance(address, str) and not _loopback(address) and not section.get("tls"):
            yield ("control", name, "address"), f"{address} is reached from other machines: set control.{name}.tls"
    gates = _section(control, "gates")
    if gates.get("client_ca") and not gates.get("tls"):
        yield ("control", "gates", "client_ca"), "needs control.gates.tls: certificates are shown over TLS only"


def _own_certificate(control: Raw) -> Iterator[Wrong]:
    tls = _section(_section(control, "link"), "tls")
    if bool(tls.get("certificate")) != bool(tls.get("key")):
        missing = "key" if tls.get("certificate") else "certificate"
        yield ("control", "link", "tls"), f"needs {missing} as well: a certificate and its key go together"


def _who_signs_in(raw: Raw, control: Raw) -> Iterator[Wrong]:
    provider = _section(control, "sign_in").get("provider")
    if not isinstance(provider, str):
        return
    sources = _section(_section(raw, "identity"), "exchange").get("from")
    listed = [one for one in sources if isinstance(one, dict)] if isinstance(sources, list) else []
    if not any(one.get("name") == provider and one.get("kind", "oidc") == "oidc" for one in listed):
        yield (
            ("control", "sign_in", "provider"),
            f"{provider!r} is no source of kind oidc in identity.exchange.from",
        )


def _loopback(address: str) -> bool:
    try:
        return address == "localhost" or ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return True  # the shape is complained about elsewhere


def _section(raw: Raw, name: str) -> Raw:
    section = raw.get(name)
    return section if isinstance(section, dict) else {}

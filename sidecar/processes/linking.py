"""A data plane's link to the control plane, as it is configured."""

import platform
from collections.abc import Callable, Mapping
from importlib.metadata import version

from sidecar.control.link.link import Link, LinkTls, Load, Self
from sidecar.core.errors import ConfigurationError
from sidecar.processes import control_secrets
from sidecar.settings.control import Control
from sidecar.settings.values import Settings
from sidecar.telemetry.log import EventLog
from sidecar.telemetry.metrics import BLOCKS_IN_FORCE, CONTROL_CONNECTED, CONTROL_SILENT, HELD_CALLS, Metrics

log = EventLog("link")


def linked(settings: Settings, load: Callable[[], Load], environ: Mapping[str, str]) -> Link | None:
    """Not yet started; nothing where no control plane is configured and none has been started on this machine."""
    control = settings.control_plane
    key = _key(control, environ)
    if key is None and control.link.local:
        return None
    own = control.link.own
    pair = (own.certificate, own.key) if own else (None, None)
    tls = LinkTls(control.link.ca, *pair) if _speaks_tls(control) else None
    return Link(
        control.link.address,
        Self(platform.node(), version("gatehouse")),
        key=lambda: _key(control, environ),
        tls=tls,
        stale=control.stale,
        load=load,
    )


def gauged(link: Link, metrics: Metrics) -> None:
    """How the link is, for whoever watches the gate."""
    state = link.state
    metrics.set(CONTROL_CONNECTED, float(state.connected))
    metrics.set(CONTROL_SILENT, state.silent if state.silent is not None else -1.0)
    metrics.set(HELD_CALLS, state.waiting)
    metrics.set(BLOCKS_IN_FORCE, state.blocks)


def _speaks_tls(control: Control) -> bool:
    link = control.link
    return bool(link.ca or link.own or (link.local and control.gates.tls))


def _key(control: Control, environ: Mapping[str, str]) -> str | None:
    """Read for each connection, so that a new one is taken up. Without one the control plane says what it thinks."""
    try:
        return control_secrets.read(control.link.key, "control.link.key", environ)
    except ConfigurationError:
        return None

"""Which programs bring something from the network, and which hosts a command line names."""

import re
from collections.abc import Iterable

from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import HOLE, Word

FETCHERS = frozenset(
    listed("curl wget wget2 aria2c http https httpie xh fetch lynx w3m links nc ncat netcat socat ssh telnet")
)
_URL = re.compile(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://)?(?:[^/@\s]*@)?(\[[0-9a-fA-F:]+\]|[^/:?#\s]+)")
_LOCAL = re.compile(
    r"^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0|[\w-]+\.localhost|host\.docker\.internal)$", re.IGNORECASE
)


def host_of(text: str) -> str:
    """The host that an address names; an ellipsis where it is computed."""
    found = _URL.match(text)
    return (found[1] if found else text).replace(HOLE, "…").lower()


def is_local(text: str) -> bool:
    return _LOCAL.match(host_of(text)) is not None or text.startswith(("file://", "unix:"))


_METADATA = frozenset(
    listed(
        "169.254.169.254 169.254.170.2 169.254.170.23 metadata.google.internal metadata 100.100.100.200 [fd00:ec2::254]"
    )
)


def is_metadata(text: str) -> bool:
    """Where a cloud tells a machine its own credentials."""
    return host_of(text) in _METADATA and ("/" in text or "." in text)


def hosts_in(words: Iterable[Word]) -> tuple[str, ...]:
    """Hosts of every word that looks like an address."""
    return tuple(dict.fromkeys(host_of(w.text) for w in words if looks_like_address(w.text))) or ("…",)


def looks_like_address(text: str) -> bool:
    if text.startswith("-") or " " in text:
        return False
    return "://" in text or HOLE in text or re.match(r"^[\w-]+(\.[\w-]+)+([:/].*)?$", text) is not None

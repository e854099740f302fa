"""Where a server sends its client, as an address of the gate.

Rules: an address of the same server leads through the gate again. Any other would lead around it: a redirect there is
told, and not followed; an address that is only named (201) stays.
"""

from urllib.parse import SplitResult, urlsplit

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers, first

LOCATION = "location"
_PORTS = {"http": 80, "https": 443}


def headed(headers: Headers, status: int, url: str, prefix: str) -> Headers:
    """The header as the client gets it, if it changes; `Refused` for a redirect to somewhere else. `url`: of the
    connection; `prefix`: what stands before its paths at the gate."""
    location = first(headers, LOCATION)
    if location is None:
        return ()
    here = _here(location.strip(), url, prefix)
    if here is not None:
        return () if here == location else ((LOCATION, here),)
    if 300 <= status < 400:
        raise Refused(502, Code.API, "The server sent its client to another address, around the gate.")
    return ()


def _here(location: str, url: str, prefix: str) -> str | None:
    """The same below the gate; nothing if it is not the same server's."""
    base = urlsplit(url)
    try:
        to = urlsplit(location)
        ours = _origin(to._replace(scheme=to.scheme or base.scheme)) == _origin(base) if to.netloc else not to.scheme
    except ValueError:
        return None
    # Browsers and libraries read `\` as `/`, and drop control characters.
    if not ours or "\\" in location or not location.isprintable() or to.path.startswith("//"):
        return None
    if not to.netloc and not to.path.startswith("/"):
        return location
    root = base.path.rstrip("/")
    if not (to.path or "/").startswith(f"{root}/") and to.path != root:
        return None
    return to._replace(scheme="", netloc="", path=prefix + ((to.path or "/").removeprefix(root) or "/")).geturl()


def _origin(one: SplitResult) -> tuple[str, str, int | None]:
    return one.scheme.lower(), (one.hostname or "").lower(), one.port or _PORTS.get(one.scheme.lower())

"""Web tools: which host they ask, and whether they take something along.

Rules:
- An address can carry data out: a long query, or letters that look like encoded data, leave the machine.
- This machine's own services, and the addresses where clouds hand out credentials, are not the web.
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand.files import read_path
from sidecar.core.understand.listed import listed

Input = Mapping[str, object]
# A search or an identifier is shorter; what is taken out usually is not.
LONGEST_QUERY = 256
LONGEST_LABEL = 50  # of a host's name: hosting services make up to 40
LONGEST_HOST = 120
_SCHEMES = frozenset({"http", "https", "ws", "wss", "ftp"})
_HIDDEN = re.compile(r"169[.-]254[.-]169[.-]254|(^|\.)metadata(\.|$)|a9fea9fe")  # 169.254.169.254.nip.io
_HEX = re.compile(r"[0-9a-f]{33,}")  # a digest of 32 names a bucket at some hosts
# Long, of all kinds of letters and without a break: no digest (of one case), no name.
_CARRIED = re.compile(r"(?=[a-z0-9+_-]*[A-Z])(?=[A-Z0-9+_-]*[a-z])(?=[A-Za-z+_-]*[0-9])[A-Za-z0-9+_]{64,}")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{120,}")
_METADATA = frozenset(
    {"169.254.169.254", "metadata.google.internal", "100.100.100.200", "fd00:ec2::254", "169.254.170.2"}
)
_SENDS = frozenset({"POST", "PUT", "PATCH"})


def address(url: str, method: str = "GET", *, body: bool = False) -> Understood:
    """What asking this address does."""
    split = _split(url)
    if split is not None and split.scheme == "file":
        return Understood(Node(f"read {url[:120]}", read_path(url.strip(), "read")))
    host = _plain((split.hostname or "") if split else "")
    if split is None or not host:
        return Understood(Node(f"ask {url[:120]}"), ("an address without a host",))
    thing, why = Object(Thing.HOST, host), f"{method} {split.scheme}://{host}"
    if split.scheme not in _SCHEMES:
        return Understood(Node(why), (f"{split.scheme}: is not of the web",))
    if host in _METADATA or host.startswith("169.254.") or _HIDDEN.search(host):
        return Understood(Node(why, (Deed(Effect.READS_SECRET, f"{why}: credentials of the machine", (thing,)),)))
    return Understood(Node(why, (Deed(_effect(split, method, body), why, (thing,)),)))


def _effect(split: SplitResult, method: str, body: bool) -> Effect:
    if method == "DELETE":
        return Effect.DESTROYS_DATA
    host = split.hostname or ""
    carried = (
        _CARRIED.search(split.path + "?" + split.query)
        or _ENCODED.search(split.path + split.query)
        or split.password is not None
        or len(split.username or "") > LONGEST_LABEL
    )
    labels = host.split(".")
    if any(len(label) > LONGEST_LABEL or _HEX.fullmatch(label) for label in labels) or len(host) > LONGEST_HOST:
        return Effect.LEAVES_MACHINE  # names that nobody gave to a machine carry something out
    if body or method in _SENDS or len(split.query) > LONGEST_QUERY or carried:
        return Effect.LEAVES_MACHINE
    return Effect.READS


def _plain(host: str) -> str:
    """One spelling of a host: a number, octal or mapped address is the one that it stands for."""
    host = host.rstrip(".").lower()
    try:
        if re.fullmatch(r"(0x[0-9a-f]+|\d+)(\.(0x[0-9a-f]+|\d+)){0,3}", host):
            *first, last = (int(part, 8 if re.fullmatch(r"0[0-7]+", part) else 0) for part in host.split("."))
            number = sum(part << 8 * (3 - place) for place, part in enumerate(first)) + last
            return str(IPv4Address(number))
        six = IPv6Address(host)
        return str(six.ipv4_mapped or six)
    except ValueError:
        return host


def _split(url: str) -> SplitResult | None:
    try:
        split = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
        return split if split.hostname or split.scheme == "file" else None
    except ValueError:
        return None


def fetch(input: Input) -> Understood:
    url, method = input.get("url") or input.get("uri"), input.get("method")
    if not isinstance(url, str):
        return Understood(Node("ask an address"), ("an address that is not given",))
    body = any(input.get(name) for name in ("body", "data", "json", "form"))
    return address(url, method.upper() if isinstance(method, str) else "GET", body=body)


def search(input: Input) -> Understood:
    """The words of a search go to the search engine; they are short, and the provider runs it."""
    query = input.get("query")
    long = isinstance(query, str) and len(query) > LONGEST_QUERY
    effect = Effect.LEAVES_MACHINE if long else Effect.READS
    return Understood(Node("search the web", (Deed(effect, "search the web"),)))


WEB_TOOLS: dict[str, Callable[[Input], Understood]] = {
    **dict.fromkeys(listed("webfetch web_fetch fetch fetch_url http_request browser_navigate navigate"), fetch),
    **dict.fromkeys(listed("websearch web_search"), search),
}

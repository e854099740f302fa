"""Web tools: which host they ask, and whether they take something along.

Rules:
- An address can carry data out: a long query, or letters that look like encoded data, leave the machine.
- This machine's own services, and the addresses where clouds hand out credentials, are not the web.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit

from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand.listed import listed

Input = Mapping[str, object]
# A search or an identifier is shorter; what is taken out usually is not.
LONGEST_QUERY = 256
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{120,}")
_METADATA = frozenset(
    {"169.254.169.254", "metadata.google.internal", "100.100.100.200", "fd00:ec2::254", "169.254.170.2"}
)
_SENDS = frozenset({"POST", "PUT", "PATCH"})


def address(url: str, method: str = "GET", *, body: bool = False) -> Understood:
    """What asking this address does."""
    split = _split(url)
    host = (split.hostname or "") if split else ""
    if split is None or not host:
        return Understood(Node(f"ask {url[:120]}"), ("an address without a host",))
    thing, why = Object(Thing.HOST, host), f"{method} {split.scheme}://{host}"
    if host in _METADATA:
        return Understood(Node(why, (Deed(Effect.READS_SECRET, f"{why}: credentials of the machine", (thing,)),)))
    return Understood(Node(why, (Deed(_effect(split, method, body), why, (thing,)),)))


def _effect(split: SplitResult, method: str, body: bool) -> Effect:
    if method == "DELETE":
        return Effect.DESTROYS_DATA
    if body or method in _SENDS or len(split.query) > LONGEST_QUERY or _ENCODED.search(split.path + split.query):
        return Effect.LEAVES_MACHINE
    return Effect.READS


def _split(url: str) -> SplitResult | None:
    try:
        split = urlsplit(url.strip() if "://" in url else f"https://{url.strip()}")
        return split if split.hostname else None
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

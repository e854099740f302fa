"""Whether a request that changes something was meant by the person, or made by somebody else's page.

Strategy: a browser says itself where a request comes from, in `Sec-Fetch-Site` (all of them since 2023) and `Origin`;
a page cannot set either. So no tokens in forms.

Rules:
- With a cookie there must be proof: `Sec-Fetch-Site: same-origin`, or, from a browser that does not send it, an
  `Origin` that is ours. `same-site` is not enough: a neighbour's subdomain is not us.
- Without a cookie nothing is ambient that a foreign page could use; what says it comes from one is refused just so.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def foreign(method: str, headers: Mapping[str, str], url: str, by_cookie: bool) -> bool:
    """`url`: where people reach us. True: refuse it."""
    if method in SAFE:
        return False
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if origin is not None and not _ours(origin, headers.get("host", ""), url):
        return True
    if site is not None:
        return site != "same-origin"
    return by_cookie and origin is None


def _ours(origin: str, host: str, url: str) -> bool:
    """The address we are configured with, or the one this request was sent to (a laptop has several names)."""
    said, ours = urlsplit(origin), urlsplit(url)
    if (said.scheme, said.netloc) == (ours.scheme, ours.netloc):
        return True
    return bool(host) and said.netloc == host and said.scheme in ("http", "https")

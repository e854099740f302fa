"""Whether a request that changes something was meant by the person."""

import pytest

from sidecar.control.web.origin import foreign

URL = "https://gate.example.com"
OURS = {"host": "gate.example.com"}
# note, method, headers, by cookie -> refused
CASES = (
    ("looking is harmless", "GET", {"sec-fetch-site": "cross-site"}, True, False),
    ("our own page", "POST", {"sec-fetch-site": "same-origin", "origin": URL}, True, False),
    ("an old browser's page of ours", "POST", {"origin": URL, **OURS}, True, False),
    ("another site", "POST", {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, True, True),
    ("another site, an old browser", "POST", {"origin": "https://evil.example", **OURS}, True, True),
    ("a neighbour's subdomain", "POST", {"sec-fetch-site": "same-site"}, True, True),
    ("a sandboxed page has the origin null", "POST", {"origin": "null", **OURS}, True, True),
    ("said to be ours, from elsewhere", "POST", {"sec-fetch-site": "same-origin", "origin": "https://e.x"}, True, True),
    ("typed into the address bar", "POST", {"sec-fetch-site": "none"}, True, True),
    ("no proof, with a cookie", "POST", {}, True, True),
    ("no proof, with a token", "POST", {}, False, False),
    ("a token does not excuse a foreign page", "POST", {"sec-fetch-site": "cross-site"}, False, True),
    ("another name of this laptop", "POST", {"origin": "http://localhost:1", "host": "localhost:1"}, True, False),
    ("our name on another port", "POST", {"origin": "https://gate.example.com:8443", **OURS}, True, True),
    ("taking away counts", "DELETE", {}, True, True),
)  # fmt: skip


@pytest.mark.parametrize(("note", "method", "headers", "cookie", "refused"), CASES, ids=[case[0] for case in CASES])
def test_table(note: str, method: str, headers: dict[str, str], cookie: bool, refused: bool) -> None:
    assert foreign(method, headers, URL, cookie) is refused

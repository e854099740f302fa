"""Documents about issuers and servers: where they are, and what is believed of them."""

import pytest

from sidecar.credentials.oauth import metadata as m
from sidecar.credentials.oauth.grant import NoToken

HOST = "https://id.example.com"
SERVER = "https://mcp.example.com/tickets/mcp"


@pytest.mark.parametrize("issuer", [HOST, HOST + "/", "https://ID.example.com:443"])
def test_places_of_an_issuer_without_a_path(issuer: str) -> None:
    assert m.issuer_places(issuer) == (
        f"{HOST}/.well-known/oauth-authorization-server",
        f"{HOST}/.well-known/openid-configuration",
    )


def test_places_of_an_issuer_with_a_path() -> None:
    assert m.issuer_places(f"{HOST}:8443/realms/a/") == (
        f"{HOST}:8443/.well-known/oauth-authorization-server/realms/a",
        f"{HOST}:8443/.well-known/openid-configuration/realms/a",
        f"{HOST}:8443/realms/a/.well-known/openid-configuration",
    )


def test_places_of_a_server() -> None:
    place = "https://mcp.example.com/.well-known/oauth-protected-resource"
    assert m.resource_places(SERVER) == (place + "/tickets/mcp", place)
    assert m.resource_places("https://mcp.example.com") == (place,)
    assert m.resource_places("http://[::1]:8080/mcp")[1] == "http://[::1]:8080/.well-known/oauth-protected-resource"


@pytest.mark.parametrize(("body", "said"), [(b"{}", {}), (b"[]", None), (b"<html>", None), (b"[" * 100_000, None)])
def test_documents(body: bytes, said: object) -> None:
    assert m.document(body) == said


@pytest.mark.parametrize(
    ("issuer", "endpoint"),
    [(HOST, f"{HOST}/token"), (HOST + "/", "https://other.example.com/token?a=b"), (HOST, f"{HOST}:8443/t")],
)
def test_a_token_endpoint(issuer: str, endpoint: str) -> None:
    assert m.token_endpoint(HOST, {"issuer": issuer, "token_endpoint": endpoint}) == endpoint


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"token_endpoint": f"{HOST}/token"}, "is about another issuer"),
        ({"issuer": "https://evil.example.com", "token_endpoint": f"{HOST}/token"}, "is about another issuer"),
        ({"issuer": HOST + "/realms/b", "token_endpoint": f"{HOST}/token"}, "is about another issuer"),
        ({"issuer": [HOST], "token_endpoint": f"{HOST}/token"}, "is about another issuer"),
        ({"issuer": HOST}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": 7}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": "/token"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": "http://id.example.com/token"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": "http://127.0.0.1/token"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": "ftp://id.example.com/token"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": "https://u:p@id.example.com/token"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": f"{HOST}/token#x"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": f"{HOST}/to\nken"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": "https://id.example.com:bad/"}, "names no token_endpoint"),
        ({"issuer": HOST, "token_endpoint": f"{HOST}/" + "x" * 3000}, "names no token_endpoint"),
    ],
)
def test_documents_that_are_not_believed(said: dict[str, object], why: str) -> None:
    with pytest.raises(NoToken, match=why) as caught:
        m.token_endpoint(HOST, said)
    assert (caught.value.lasting, "evil" in str(caught.value)) == (True, False)


def test_this_machine_names_this_machine() -> None:
    here = "http://127.0.0.1:9/token"
    assert m.token_endpoint("http://localhost", {"issuer": "http://localhost", "token_endpoint": here}) == here


@pytest.mark.parametrize(
    "address", [SERVER, SERVER + "/", "https://mcp.example.com/tickets", "https://mcp.example.com"]
)
def test_a_server_and_what_it_stands_under(address: str) -> None:
    said = {"resource": address, "authorization_servers": [7, "http://plain.example.com", HOST]}
    assert m.resource(SERVER, said) == m.Resource(address, (HOST,))


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "tickets",
        "https://other.example.com/tickets/mcp",
        "http://mcp.example.com/tickets/mcp",
        SERVER + "/more",
        "https://mcp.example.com/tick",
        "https://mcp.example.com:8443/tickets",
        "https://[bad",
    ],
)
def test_another_server_is_not_believed(address: object) -> None:
    with pytest.raises(NoToken, match="is about another resource"):
        m.resource(SERVER, {"resource": address, "authorization_servers": [HOST]})


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (f'Bearer realm="x", resource_metadata="{HOST}/meta", scope="a"', f"{HOST}/meta"),
        (f"Bearer Resource_Metadata = {HOST}/meta", f"{HOST}/meta"),
        ('Bearer resource_metadata="http://127.0.0.1/meta"', None),
        ("Bearer", None),
        ("", None),
    ],
)
def test_where_a_server_that_refuses_says_its_document_is(value: str, place: str | None) -> None:
    assert m.challenged(value, SERVER) == place

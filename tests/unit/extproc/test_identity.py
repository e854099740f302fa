"""Callers come from verified claims; headers only add what is claimed."""

import pytest

from sidecar.core.model.caller import Caller
from sidecar.core.model.claims import Mapped
from sidecar.extproc.identity import CLAIMED_MAX, ClaimNames, caller

PLAIN = {"company": ClaimNames()}
NESTED = {"company": ClaimNames("user.name", "realm_access.roles"), "partner": ClaimNames("https://x.example/sub", "g")}

ROWS = [
    (
        "a list of groups",
        PLAIN,
        {"company": {"sub": "ada", "groups": ("a", "b")}},
        Caller("ada", "company", ("a", "b")),
    ),
    (
        "groups between spaces",
        PLAIN,
        {"company": {"sub": "ada", "groups": "a b"}},
        Caller("ada", "company", ("a", "b")),
    ),
    (
        "groups between commas",
        PLAIN,
        {"company": {"sub": "ada", "groups": "a, b"}},
        Caller("ada", "company", ("a", "b")),
    ),
    ("no groups", PLAIN, {"company": {"sub": "ada"}}, Caller("ada", "company")),
    ("groups of another kind", PLAIN, {"company": {"sub": "ada", "groups": 7.0}}, Caller("ada", "company")),
    (
        "a group that is no text",
        PLAIN,
        {"company": {"sub": "ada", "groups": ("a", 1.0)}},
        Caller("ada", "company", ("a",)),
    ),
    (
        "nested claims",
        NESTED,
        {"company": {"user": {"name": "ada"}, "realm_access": {"roles": ("x",)}}},
        Caller("ada", "company", ("x",)),
    ),
    ("a name that holds dots", NESTED, {"partner": {"https://x.example/sub": "bob"}}, Caller("bob", "partner")),
    (
        "a claim inside one whose name holds dots: a pod's namespace is its group",
        {"cluster": ClaimNames("sub", "kubernetes.io.namespace")},
        {"cluster": {"sub": "system:serviceaccount:agents:bot", "kubernetes.io": {"namespace": "agents"}}},
        Caller("system:serviceaccount:agents:bot", "cluster", ("agents",)),
    ),
    (
        "a path that leads nowhere",
        {"cluster": ClaimNames("sub", "kubernetes.io.pod.name")},
        {"cluster": {"sub": "bot", "kubernetes.io": {"namespace": "agents"}, "kubernetes": 1.0}},
        Caller("bot", "cluster"),
    ),
    (
        "the token's own name and age",
        PLAIN,
        {"company": {"sub": "ada", "jti": "t-1", "iat": 1700000000.0}},
        Caller("ada", "company", token="t-1", issued=1700000000.0),
    ),
    (
        "a name and an age that are none",
        PLAIN,
        {"company": {"sub": "ada", "jti": 7.0, "iat": True}},
        Caller("ada", "company"),
    ),
    ("nobody verified anything", PLAIN, {}, None),
    ("a provider nobody configured", PLAIN, {"stranger": {"sub": "eve"}}, None),
    ("no subject", PLAIN, {"company": {"groups": ("a",)}}, None),
    ("an empty subject", PLAIN, {"company": {"sub": ""}}, None),
    ("a subject that is no text", PLAIN, {"company": {"sub": 7.0}}, None),
    ("a payload that is no object", PLAIN, {"company": "ada"}, None),
]


@pytest.mark.parametrize(("note", "names", "claims", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_caller(note: str, names: dict, claims: dict, expected: Caller | None) -> None:
    assert caller(claims, (), names) == expected


CLAIMS = [
    ("the SDK's session", (("x-claude-code-session-id", "s1"), ("x-gatehouse-session", "s2")), ("s1", None)),
    ("our session and agent", (("x-gatehouse-session", " s2 "), ("x-gatehouse-agent", "a1")), ("s2", "a1")),
    ("too long to be a claim", (("x-gatehouse-agent", "a" * (CLAIMED_MAX + 1)),), (None, None)),
    ("not printable", (("x-gatehouse-session", "a\x07b"),), (None, None)),
    ("empty", (("x-claude-code-session-id", ""),), (None, None)),
    ("a header cannot name a subject", (("x-gatehouse-subject", "root"),), (None, None)),
]


@pytest.mark.parametrize(("note", "headers", "expected"), CLAIMS, ids=[row[0] for row in CLAIMS])
def test_claimed(note: str, headers: tuple, expected: tuple) -> None:
    found = caller({"company": {"sub": "ada"}}, headers, PLAIN)
    assert found is not None
    assert (found.subject, found.claimed_session, found.claimed_agent) == ("ada", *expected)


def test_headers_alone_make_no_caller() -> None:
    assert caller({}, (("x-gatehouse-session", "s"), ("authorization", "Bearer x")), PLAIN) is None


POD = {"pod": ClaimNames(mapped=(Mapped({"sub": "a:*"}, ("a",)),), pod=True), "company": ClaimNames()}


@pytest.mark.parametrize(
    ("claims", "expected", "note"),
    [
        ({"pod": {"sub": "a:b"}}, ("pod", "a:b", ("a",), "a:b"), "alone"),
        ({"pod": {"sub": "c:d"}}, ("pod", "c:d", (), "c:d"), "no line fits"),
        ({"pod": {"sub": "a:b"}, "company": {"sub": "ada"}}, ("company", "ada", (), "a:b"), "a person behind it"),
        ({"pod": {"sub": "a:b"}, "company": {"sub": ""}}, ("pod", "a:b", ("a",), "a:b"), "nobody behind it"),
        ({"company": {"sub": "ada"}}, ("company", "ada", (), None), "a person alone"),
    ],
)
def test_pods(claims: dict, expected: tuple, note: str) -> None:
    found = caller(claims, (), POD)
    assert found is not None
    assert (found.provider, found.subject, found.groups, found.workload) == expected, note

"""Values: each has its sentence, and a wrong one is refused with words that name it."""

from collections.abc import Iterator
from typing import Any

import helm_python as helm
import pytest

from tests.k8s.rig import CHART, SETS, Object, merged, rendered, values

DIGEST = "sha256:" + "0" * 64
SCHEMA = helm.Chart.load(CHART).schema or {}
DEFAULTS = helm.Chart.load(CHART).values


def described(schema: dict[str, Any], at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Place -> schema of every value that there is."""
    if "$ref" in schema:
        schema = {**SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]], **schema}
    for name, one in schema.get("properties", {}).items():
        yield f"{at}.{name}".removeprefix("."), one
        yield from described(one, f"{at}.{name}")
    items = schema.get("items")
    if isinstance(items, dict):
        yield from described(items, f"{at}[]")


def test_every_value_has_a_sentence() -> None:
    found = dict(described(SCHEMA))
    assert len(found) > 200
    assert [place for place, one in found.items() if not str(one.get("description", "")).endswith((".", ")"))] == []


def test_every_default_is_in_the_schema_and_is_right() -> None:
    known = {place for place, _ in described(SCHEMA)}

    def missing(value: Any, at: str = "") -> Iterator[str]:
        for name, one in value.items():
            place = f"{at}.{name}".removeprefix(".")
            if place not in known and not at.endswith(("Labels", "labels", "requests", "limits")):
                yield place
            if isinstance(one, dict) and place in known:
                yield from missing(one, place)

    assert list(missing(DEFAULTS)) == []
    helm.Chart.load(CHART).validate_schema(DEFAULTS)


def test_every_value_of_the_schema_has_a_default() -> None:
    """What can be set can be found in values.yaml; of lists, and of what is off, the sets in `ci` show one."""
    everything: dict[str, Any] = {}
    for name in SETS:
        everything = merged(everything, values(name))
    optional = (
        *("global", "settings", "identity.exchange", "approvals.roles", "approvals.sign_in", "record.checkpoints"),
        *("record.retention", "record.password", "record.migration.password", "control.database"),
        "policies.bundle.credential.from",
    )

    def shown(place: str) -> bool:
        at: Any = merged(DEFAULTS, everything)
        for step in place.split("."):
            if not isinstance(at, dict) or step not in at:
                return False
            at = at[step]
        return True

    places = [place for place, _ in described(SCHEMA) if "[]" not in place and not place.startswith(optional)]
    assert [place for place in places if not shown(place)] == []


# What is set, and words of the message.
WRONG: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    ({"control__replicas": "two"}, ("/control/replicas", "got string, want integer")),
    ({"control__replicas": 0}, ("/control/replicas", "minimum")),
    ({"control__replica": 2}, ("/control", "replica", "not allowed")),
    ({"conections": []}, ("conections", "not allowed")),
    ({"connections": []}, ("/connections", "minItems")),
    (
        {"connections": [{"name": "claude", "kind": "gpt", "url": "https://a.example"}]},
        ("/connections/0/kind", "'claude'"),
    ),
    ({"connections": [{"name": "a", "kind": "claude"}]}, ("/connections/0", "missing property 'url'")),
    ({"connections": [{"name": "A B", "kind": "claude", "url": "https://a.example"}]}, ("/connections/0/name",)),
    ({"connections": [{"name": "a", "kind": "claude", "url": "https://u:p@a.example"}]}, ("/connections/0/url",)),
    ({"image": {"digest": "latest"}}, ("/image/digest", "does not match")),
    ({"policies__preset": "lenient"}, ("/policies/preset", "'starter', 'strict', 'observe', 'none'")),
    ({"policies__bundle": {"url": "oci://a.example/b"}}, ("/policies/bundle", "missing property 'public_keys'")),
    (
        {"policies__bundle": {"url": "ftp://a/b", "public_keys": ["0f" * 32]}},
        ("/policies/bundle/url", "does not match"),
    ),
    ({"policies__bundle": {"url": "https://a/b", "public_keys": ["k"]}}, ("/policies/bundle/public_keys/0",)),
    ({"policies__bundle": {"url": "https://a/b", "public_keys": []}}, ("/policies/bundle/public_keys", "minItems")),
    ({"record__durability": "eventual"}, ("/record/durability", "'strict', 'relaxed'")),
    ({"record__limit": "lots"}, ("/record/limit",)),
    ({"record__retention": {"texts": 0}}, ("/record/retention/texts",)),
    ({"certificates": {"mode": "magic"}}, ("/certificates/mode", "'selfManaged'")),
    ({"gateway__spool": {"size": "big"}}, ("/gateway/spool/size",)),
    ({"gateway__drainSeconds": 0}, ("/gateway/drainSeconds",)),
    ({"webhook__failurePolicy": "Open"}, ("/webhook/failurePolicy", "'Fail', 'Ignore'")),
    ({"injection__nativeSidecars": True}, ("/injection/nativeSidecars",)),
    ({"injection__token": {"expirationSeconds": 60}}, ("/injection/token/expirationSeconds",)),
    ({"log": {"level": "chatty"}}, ("/log/level", "'debug', 'info'")),
    ({"podSecurity": {"runAsUser": 0}}, ("/podSecurity/runAsUser",)),
    ({"identity__providers": [{"name": "a", "issuer": "b", "audiences": ["c"]}]}, ("/identity/providers/0", "'jwks'")),
    ({"networkPolicy__upstreamPorts": ["https"]}, ("/networkPolicy/upstreamPorts/0", "want integer")),
    ({"networkPolicy__upstreamCidrs": ["10.0.0.0"]}, ("/networkPolicy/upstreamCidrs/0", "does not match")),
    ({"networkPolicy__apiPorts": []}, ("/networkPolicy/apiPorts", "minItems")),
    ({"injection__resources": {"envoy": {"limits": {"memory": "lots"}}}}, ("/envoy/limits/memory", "does not match")),
    ({"control__tolerations": [{"key": 1}]}, ("/control/tolerations/0/key", "want string")),
    ({"image": {"repository": "https://a.example/b", "tag": "1"}}, ("/image/repository", "does not match")),
    ({"control__ingress": {"enabled": True, "host": "https://a.example"}}, ("/control/ingress/host",)),
    ({"nameOverride": "My_Gate"}, ("/nameOverride", "does not match")),
    ({"fullnameOverride": "-gate"}, ("/fullnameOverride", "does not match")),
)
# A secret's own text has no place anywhere.
INLINE: tuple[dict[str, Any], ...] = (
    {
        "connections": [
            {"name": "a", "kind": "claude", "url": "https://a.example", "credential": {"from": {"value": "k"}}}
        ]
    },
    {"connections": [{"name": "a", "kind": "claude", "url": "https://a.example", "credential": {"value": "k"}}]},
    {
        "connections": [
            {"name": "a", "kind": "claude", "url": "https://a.example", "credential": {"from": {"env": "K"}}}
        ]
    },
    {
        "connections": [
            {
                "name": "a",
                "kind": "mcp",
                "url": "https://a.example",
                "credential": {"oauth": {"token_url": "https://b.example", "client_id": "c", "client_secret": "k"}},
            }
        ]
    },
    {"policies__bundle": {"url": "https://a/b", "public_keys": ["0f" * 32], "credential": {"from": {"value": "k"}}}},
    {"policies__bundle": {"url": "https://u:p@a/b", "public_keys": ["0f" * 32]}},
    {"record__password": {"value": "k"}},
    {"record__password": "k"},
    {"control__database": "postgresql://user:word@host/gatehouse"},
    {"keys": {"secret": "a", "link-key": "k"}},
    {"approvals__sign_in": {"provider": "a", "client_id": "b", "client_secret": "k"}},
    {"approvals__notifications": [{"name": "a", "to": {"slack": "https://hooks.example/k"}}]},
)


@pytest.mark.parametrize(("changed", "words"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_a_wrong_value_is_refused_by_name(changed: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(helm.HelmError) as refused:
        rendered(values("try", **changed))
    assert [word for word in words if word not in str(refused.value)] == []


@pytest.mark.parametrize("changed", INLINE, ids=[next(iter(one)) for one in INLINE])
def test_a_secret_is_a_reference_or_it_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(helm.HelmError, match=r"don't meet|at '/"):
        rendered(values("try", **changed))


# What does not fit together, and the sentence that says so.
TOGETHER: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("try", {"image": {}}, "image.digest: name the image's digest"),
    ("try", {"identity__providers": []}, "nobody could come in"),
    ("try", {"policies": {"preset": "none"}}, "without a policy every call is refused"),
    ("try", {"control__replicas": 2}, "control.database: several replicas share a PostgreSQL"),
    ("try", {"control__autoscaling": {"enabled": True}}, "SQLite is for one replica"),
    ("production", {"control__persistence": {"enabled": True}}, "one volume is for one replica"),
    ("production", {"control__autoscaling": {"enabled": True, "minReplicas": 9}}, "minReplicas 9 is more than"),
    ("try", {"gateway__spool": {"size": "2Gi"}}, "gateway.spool.size: 2Gi is not more than record.limit (2GiB)"),
    ("try", {"gateway__spool": {"size": "1.5Gi"}, "settings": {"record": {"limit": "1536MiB"}}}, "1.5Gi is not more"),
    (
        "production",
        {"certificates__certManager": {"issuerRef": {"name": "a"}, "duration": "24h", "renewBefore": "24h"}},
        "renewBefore 24h must be less than duration 24h",
    ),
    ("try", {"certificates": {"mode": "selfManaged"}}, "selfManaged needs webhook.enabled"),
    ("try", {"certificates": {"mode": "existingSecret"}}, "certificates.secret: name the Secret"),
    ("try", {"webhook__enabled": True}, "certificates.caBundle: the API server needs"),
    ("production", {"certificates__certManager": {"issuerRef": {"name": ""}}}, "name the Issuer"),
    ("production", {"certificates__caBundle": "QQ=="}, "is for mode existingSecret"),
    ("try", {"injection__connection": "nope"}, '"nope" is none of the connections (claude)'),
    (
        "try",
        {"injection__serviceAccounts": {"issuer": "https://a.example"}, "control": {"enabled": False}},
        "jwksUrl: is needed",
    ),
    ("try", {"control__ingress": {"enabled": True}}, "control.ingress.host"),
    ("try", {"approvals__sign_in": {"provider": "a", "client_id": "b"}}, "is a source of identity.exchange.from"),
    ("try", {"identity__exchange": {"key_file": "mine"}}, "key_file: is not yours to set"),
    ("try", {"control__enabled": False, "identity__exchange": {"audience": "a"}}, "the control plane does it"),
)


OAUTH = {"client_id": "c", "client_secret": {"secret": {"name": "s", "key": "k"}}}


@pytest.mark.parametrize(
    ("oauth", "connection", "sentence"),
    [
        ({}, {}, 'the oauth of "tickets" needs one of token_url and issuer, or discover: true'),
        ({"token_url": "https://i.example/t", "issuer": "https://i.example"}, {}, "needs one of token_url and issuer"),
        ({"token_url": "https://i.example/t", "discover": True}, {}, "needs one of token_url and issuer"),
        ({"discover": True}, {"kind": "http"}, "discover is for kind mcp with https"),
        ({"discover": True}, {"url": "http://t.example/mcp"}, "discover is for kind mcp with https"),
        ({"discover": True, "exchange": True}, {}, "name it in issuer beside discover"),
    ],
)
def test_where_tokens_are_given_out_is_said_once(oauth: Object, connection: Object, sentence: str) -> None:
    tickets = {"name": "tickets", "kind": "mcp", "url": "https://t.example/mcp", **connection}
    with pytest.raises(helm.HelmError) as refused:
        rendered(values("try", connections=[{**tickets, "credential": {"oauth": OAUTH | oauth}}]))
    assert sentence in str(refused.value)


@pytest.mark.parametrize(("name", "changed", "sentence"), TOGETHER, ids=[one[2][:40] for one in TOGETHER])
def test_what_does_not_fit_together_is_said_in_a_sentence(name: str, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(helm.HelmError) as refused:
        rendered(values(name, **changed))
    assert sentence in str(refused.value)


def test_two_connections_of_one_name() -> None:
    one = {"name": "claude", "kind": "claude", "url": "https://a.example"}
    with pytest.raises(helm.HelmError, match='the name "claude" stands there twice'):
        rendered(values("try", connections=[one, one]))


def test_all_that_does_not_fit_is_said_at_once() -> None:
    with pytest.raises(helm.HelmError) as refused:
        rendered(values("try", image={}, identity__providers=[], control__replicas=3))
    assert str(refused.value).count("\n- ") == 3

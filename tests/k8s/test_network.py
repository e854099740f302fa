"""Who may speak with whom: network policies, read as a cluster's network reads them."""

import ipaddress
from typing import Any

import helm_python as helm
import pytest

from tests.k8s.rig import Object, of_set, rendered, values

OBJECTS = of_set("production")
AGENTS = {"kubernetes.io/metadata.name": "agents"}
OURS = {"kubernetes.io/metadata.name": "gatehouse"}
OF_RELEASE = {"app.kubernetes.io/name": "gatehouse", "app.kubernetes.io/instance": "gatehouse"}

INJECTED = {"app": "bot", "gatehouse.dev/injected-by": "gatehouse.gatehouse"}


def part(name: str) -> dict[str, str]:
    return {**OF_RELEASE, "app.kubernetes.io/component": name}


def policies(namespace: str, pod: dict[str, str], side: str, objects: Any = OBJECTS) -> list[Object]:
    """Those that are about this pod on this side; with none of them everything is open."""
    return [
        one["spec"]
        for one in objects
        if one["kind"] == "NetworkPolicy"
        and one["metadata"]["namespace"] == namespace
        and one["spec"]["podSelector"].get("matchLabels", {}).items() <= pod.items()
        and side in one["spec"]["policyTypes"]
    ]


def goes_out(namespace: str, pod: dict[str, str], to: Any, port: int, objects: Any = OBJECTS) -> bool:
    found = policies(namespace, pod, "Egress", objects)
    return not found or any(passes(rule, "to", to, port, namespace) for one in found for rule in one.get("egress", ()))


def comes_in(pod: dict[str, str], of: Any, port: int) -> bool:
    found = policies("gatehouse", pod, "Ingress")
    return not found or any(passes(rule, "from", of, port, "gatehouse") for one in found for rule in one["ingress"])


def passes(rule: Object, side: str, peer: Any, port: int, namespace: str) -> bool:
    ports = [one["port"] for one in rule.get("ports", ())]
    fits = side not in rule or any(is_peer(one, peer, namespace) for one in rule[side])
    return fits and (not ports or port in ports)


def is_peer(one: Object, peer: Any, namespace: str) -> bool:
    """A peer is an address outside, or (labels of a namespace, labels of a pod)."""
    if "ipBlock" in one:
        inside = [ipaddress.ip_network(cidr) for cidr in one["ipBlock"].get("except", ())]
        address = ipaddress.ip_address(peer) if isinstance(peer, str) else None
        block = ipaddress.ip_network(one["ipBlock"]["cidr"])
        return address is not None and address in block and not any(address in cidr for cidr in inside)
    if isinstance(peer, str):
        return False
    where, pod = peer
    named = one.get("namespaceSelector", {"matchLabels": {"kubernetes.io/metadata.name": namespace}})
    return (
        named.get("matchLabels", {}).items() <= where.items()
        and one.get("podSelector", {}).get("matchLabels", {}).items() <= pod.items()
    )


# Namespace, pod, where to, port, whether, why.
OUT: tuple[tuple[str, dict[str, str], Any, int, bool, str], ...] = (
    ("agents", {"app": "bot"}, "160.79.104.10", 443, False, "no agent reaches the model by itself"),
    ("agents", {"app": "bot"}, "10.1.2.3", 443, False, "nor anything else by its address"),
    ("agents", {"app": "bot"}, (OURS, part("gateway")), 15080, True, "but the gateway"),
    ("agents", {"app": "bot"}, (OURS, part("gateway")), 15095, False, "of which it sees no metrics"),
    ("agents", {"app": "bot"}, (OURS, part("control")), 15090, False, "and not the console"),
    ("agents", {"app": "bot"}, ({"kubernetes.io/metadata.name": "kube-system"}, {}), 53, True, "and names"),
    ("agents", {"app": "bot"}, ({"kubernetes.io/metadata.name": "git"}, {}), 443, True, "and what was added"),
    ("agents", INJECTED, "160.79.104.10", 443, True, "but an injected pod, whose gate is in it"),
    ("agents", INJECTED, "160.79.104.10", 80, False, "over TLS only, like the gateway"),
    ("agents", INJECTED, "169.254.169.254", 443, False, "and not to the cloud's metadata"),
    ("agents", INJECTED, (OURS, part("control")), 15091, True, "its gate has its control plane"),
    ("agents", INJECTED, ({"kubernetes.io/metadata.name": "data"}, {}), 8443, True, "and its database"),
    ("gatehouse", part("gateway"), "160.79.104.10", 443, True, "the gate reaches the model"),
    ("gatehouse", part("gateway"), "160.79.104.10", 80, False, "over TLS only"),
    ("gatehouse", part("gateway"), "169.254.169.254", 443, False, "not the cloud's metadata"),
    ("gatehouse", part("gateway"), "10.1.2.3", 443, False, "not the private ranges"),
    ("gatehouse", part("gateway"), (OURS, part("control")), 15091, True, "its control plane"),
    ("gatehouse", part("gateway"), ({"kubernetes.io/metadata.name": "data"}, {}), 8443, True, "its database"),
    ("gatehouse", part("control"), (OURS, part("control")), 15090, True, "a command in the pod asks its own address"),
    ("gatehouse", part("migration"), (OURS, part("control")), 15090, False, "the Job has one thing to do"),
    ("gatehouse", part("webhook"), "160.79.104.10", 80, False, "the webhook asks the API server, nobody else"),
)
IN: tuple[tuple[dict[str, str], Any, int, bool, str], ...] = (
    (part("gateway"), ({**AGENTS, "agents": "true"}, {}), 15080, True, "agents call the gateway"),
    (part("gateway"), ({"kubernetes.io/metadata.name": "other"}, {}), 15080, False, "others do not"),
    (part("gateway"), (OURS, part("test")), 15080, True, "`helm test` calls"),
    (part("gateway"), (OURS, {"app": "other"}), 15080, False, "not everybody in our namespace"),
    (part("gateway"), ({"kubernetes.io/metadata.name": "monitoring"}, {}), 15095, True, "it is scraped"),
    (part("gateway"), ({**AGENTS, "agents": "true"}, {}), 15081, False, "its admin page is nobody's"),
    (part("control"), ({"kubernetes.io/metadata.name": "ingress-nginx"}, {}), 15090, True, "people, by the ingress"),
    (part("control"), (AGENTS, {}), 15090, False, "agents have no console"),
    (part("control"), (AGENTS, INJECTED), 15090, True, "but their gates fetch keys and keep checkpoints"),
    (part("control"), (AGENTS, {}), 15091, True, "data planes beside agents show their key"),
    (part("control"), (OURS, part("test")), 15090, True, "`helm test` asks"),
    (part("webhook"), "10.9.9.9", 15443, True, "the API server comes from where its network is"),
    (part("migration"), (OURS, part("gateway")), 8080, False, "nobody calls a Job"),
)


@pytest.mark.parametrize(("namespace", "pod", "to", "port", "may", "note"), OUT, ids=[row[-1] for row in OUT])
def test_what_goes_out(namespace: str, pod: dict[str, str], to: Any, port: int, may: bool, note: str) -> None:
    assert goes_out(namespace, pod, to, port) is may, note


@pytest.mark.parametrize(("pod", "of", "port", "may", "note"), IN, ids=[row[-1] for row in IN])
def test_what_comes_in(pod: dict[str, str], of: Any, port: int, may: bool, note: str) -> None:
    assert comes_in(pod, of, port) is may, note


def test_without_injection_no_pod_of_agents_gets_out() -> None:
    objects = rendered(values("production", webhook={"enabled": False}))
    assert not goes_out("agents", INJECTED, "160.79.104.10", 443, objects)


def test_a_peer_without_its_namespace_would_be_another_ones() -> None:
    rule = {"to": [{"podSelector": {"matchLabels": {"app": "clickhouse"}}}], "ports": [{"port": 8123}]}
    with pytest.raises(helm.HelmError, match="name the namespace of each podSelector"):
        rendered(values("production", networkPolicy__inClusterTo=[rule]))


def test_names_and_the_api_server_are_where_a_cluster_has_them() -> None:
    more = {
        "dnsNamespace": "openshift-dns",
        "dnsPorts": [53, 5353],
        "dnsCidrs": ["169.254.20.10/32"],
        "apiPorts": [8443],
    }
    given = values("production")
    objects = rendered({**given, "networkPolicy": {**given["networkPolicy"], **more}})
    there = ({"kubernetes.io/metadata.name": "openshift-dns"}, {})
    for name in ("gateway", "control", "webhook", "migration"):
        assert goes_out("gatehouse", part(name), there, 5353, objects), name
        assert goes_out("gatehouse", part(name), "169.254.20.10", 53, objects), name
    assert goes_out("agents", {"app": "bot"}, "169.254.20.10", 53, objects)
    assert goes_out("gatehouse", part("webhook"), "10.1.2.3", 8443, objects)
    assert not goes_out("gatehouse", part("webhook"), "10.1.2.3", 6443, objects)


def test_off_is_off() -> None:
    given = values("production", networkPolicy={"enabled": False})
    assert [one for one in rendered(given) if one["kind"] == "NetworkPolicy"] == []

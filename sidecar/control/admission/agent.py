"""What the agent's containers get: variables, and only those that nobody set.

Strategy: a table of variables that lead to the gate, one of variables that lead past it. A value that the owner wrote
stays as it is; the release says whether such a pod is let in with a note, or refused.

Rules:
- The key of the model is never among them. What stands in for one opens nothing anywhere: Envoy takes it out and puts
  the pod's own token in its place.
- What comes by `envFrom` is known by the name of its object only: a variable written here goes before it. So every name
  that leads past the gate is written here as well, empty; of its exceptions for a proxy none is lost.
- Ours stand first: `$(ANTHROPIC_BASE_URL)` in a variable of the owner's is the gate then, and no address that he had
  from `envFrom`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sidecar.control.admission.review import Refusal
from sidecar.control.admission.sidecars import GATE
from sidecar.control.admission.sidecars import NAMES as OURS
from sidecar.control.admission.wishes import PREFIX, Wishes
from sidecar.settings.webhook import Injection

Object = dict[str, Any]
STAND_IN = "gatehouse"
QUIET = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"
BASE_URL, AUTH_TOKEN, LOOPBACK = "ANTHROPIC_BASE_URL", "ANTHROPIC_AUTH_TOKEN", "127.0.0.1"
# A container with one of these shows something of its own to the gate, which judges it as a token.
OWN_WORDS = ("ANTHROPIC_API_KEY", AUTH_TOKEN, "CLAUDE_CODE_OAUTH_TOKEN")
# With one of these the agent's program calls a model elsewhere, and not through the gate.
PAST = (
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_VERTEX",
    "CLAUDE_CODE_USE_FOUNDRY",
    "CLAUDE_CODE_USE_MANTLE",
    "CLAUDE_CODE_USE_GATEWAY",
    "CLAUDE_CODE_USE_ANTHROPIC_AWS",
    "CLAUDE_CODE_USE_ANTHROPIC_GOOGLE_CLOUD",
    "ANTHROPIC_UNIX_SOCKET",
)
# How the agent's program reads a switch that is off.
OFF = ("0", "false", "no", "off")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
PAST_PROXIES = ("NO_PROXY", "no_proxy")
WATCHED = frozenset((BASE_URL, QUIET, *OWN_WORDS, *PAST, *PROXIES, *PAST_PROXIES))
# Of meshes and the like: they call no model.
OTHERS = frozenset(
    (
        *("istio-proxy", "istio-init", "istio-validation", "linkerd-proxy", "linkerd-init"),
        *("linkerd-network-validator", "vault-agent", "vault-agent-init", "daprd", "cloud-sql-proxy"),
    )
)


@dataclass(frozen=True, slots=True)
class Agent:
    container: Object
    notes: tuple[str, ...]


def is_agent(name: str, wishes: Wishes) -> bool:
    return name not in OURS and name not in OTHERS and name not in wishes.excluded


def base_url(injection: Injection, wishes: Wishes) -> str:
    """The release's own connection answers at the root; every connection under its name."""
    gate = f"http://{LOOPBACK}:{GATE}"
    return gate if wishes.connection == injection.connections[0] else f"{gate}/c/{wishes.connection}"


def led(container: Object, injection: Injection, wishes: Wishes) -> Agent:
    """The container with what it lacks."""
    listed: list[Object] = list(container.get("env") or ())
    # Of thousands of variables these count, and mostly none of them is there.
    known = {one["name"]: one for one in listed if one["name"] in WATCHED}
    url = base_url(injection, wishes)
    if not known and not container.get("envFrom"):
        return Agent({**container, "env": [*_usual(url), *listed]}, ())
    notes = tuple(f"container {container['name']} {said}" for said in _notes(container, known, url))
    if injection.explicit == "refuse" and (own := tuple(_explicit(known, url))):
        raise Refusal(
            f"container {container['name']} {own[0]}: take it out, or name the container in the annotation "
            f"{PREFIX}excluded-containers"
        )
    added = [] if _elsewhere(known, url) else list(_added(known, url, bool(container.get("envFrom"))))
    return Agent({**container, "env": [*added, *listed]} if added else container, notes)


@cache
def _usual(url: str) -> tuple[Object, ...]:
    """What a container gets that has nothing of its own, as almost all."""
    return tuple(_added({}, url, from_elsewhere=False))


def _added(known: Mapping[str, Object], url: str, from_elsewhere: bool) -> Iterator[Object]:
    wanted = {BASE_URL: url, QUIET: "1"}
    if not any(_set(known, name) for name in OWN_WORDS):
        wanted[AUTH_TOKEN] = STAND_IN
    if from_elsewhere:
        wanted |= dict.fromkeys(PAST, "")
    if not any(name in known for name in PAST_PROXIES):
        wanted |= _past_proxies(known, from_elsewhere)
    yield from ({"name": name, "value": value} for name, value in wanted.items() if name not in known)


def _past_proxies(known: Mapping[str, Object], from_elsewhere: bool) -> Mapping[str, str]:
    """A proxy's exceptions. Those that come by `envFrom` are named, and stay: the kubelet puts them in."""
    if from_elsewhere:
        return {name: f"{LOOPBACK},localhost,$({name})" for name in PAST_PROXIES}
    return dict.fromkeys(PAST_PROXIES, f"{LOOPBACK},localhost") if any(_set(known, one) for one in PROXIES) else {}


def _explicit(known: Mapping[str, Object], url: str) -> Iterator[str]:
    """What the owner wrote that leads past the gate, or shows it a word of its own."""
    if _elsewhere(known, url):
        yield f"sets {BASE_URL} itself"
    yield from (f"sets {name}, which leads past the gate" for name in PAST if _on(known, name))
    if _set(known, "ANTHROPIC_API_KEY"):
        yield "sets ANTHROPIC_API_KEY itself, and the model's key is the gate's business"


def _notes(container: Object, known: Mapping[str, Object], url: str) -> Iterator[str]:
    if _elsewhere(known, url):
        yield f"keeps its own {BASE_URL}: its calls do not go through the gate"
    yield from (f"keeps {name}: its calls do not go through the gate" for name in PAST if _on(known, name))
    for name in OWN_WORDS:
        if _set(known, name) and known[name].get("value") != STAND_IN:
            yield f"keeps its own {name}: the gate judges it as a token"
    if known.keys().isdisjoint(PROXIES) is False and not _past_proxy(known):
        yield f"keeps its own NO_PROXY: add {LOOPBACK} to it, or calls to the gate go to the proxy"
    for source in container.get("envFrom") or ():
        name = next((of["name"] for of in source.values() if isinstance(of, dict) and "name" in of), "?")
        yield f"takes variables from {name}: those with the names of the gate's give way"


def _past_proxy(known: Mapping[str, Object]) -> bool:
    there = [known[name] for name in PAST_PROXIES if name in known]
    values = [str(one.get("value", "")).replace(" ", "").split(",") for one in there]
    return not there or all({LOOPBACK, "*"} & set(value) for value in values)


def _elsewhere(known: Mapping[str, Object], url: str) -> bool:
    """An empty address is the model's own, as if none were set."""
    return BASE_URL in known and known[BASE_URL].get("value") != url


def _on(known: Mapping[str, Object], name: str) -> bool:
    return _set(known, name) and str(known[name].get("value", "")).lower() not in OFF


def _set(known: Mapping[str, Object], name: str) -> bool:
    """An empty value is how a variable of an image is taken back."""
    found = known.get(name)
    return found is not None and bool(found.get("value") or found.get("valueFrom"))

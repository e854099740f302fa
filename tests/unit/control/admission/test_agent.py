"""Variables of an agent's container: added where nobody set them, kept or refused where somebody did."""

from typing import Any

import pytest

from sidecar.control.admission.agent import PAST, is_agent, led
from sidecar.control.admission.review import Refusal
from sidecar.control.admission.wishes import Wishes
from tests.k8s.release import env, release

GATE = "http://127.0.0.1:15080"
WISHES = Wishes("claude")


def container(*listed: tuple[str, Any], **more: Any) -> dict[str, Any]:
    entries = [{"name": name, "valueFrom" if isinstance(value, dict) else "value": value} for name, value in listed]
    return {"name": "agent", **({"env": entries} if entries else {}), **more}


def test_what_the_sdk_needs() -> None:
    made = led(container(), release(), WISHES)
    assert env(made.container) == {
        "ANTHROPIC_BASE_URL": GATE,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "ANTHROPIC_AUTH_TOKEN": "gatehouse",
    }
    assert made.notes == ()


def test_twice_is_once() -> None:
    once = led(container(("A", "1")), release(), WISHES).container
    assert led(once, release(explicit="refuse"), WISHES).container is once
    assert [one["name"] for one in once["env"]][-1] == "A", "ours stand first: $(ANTHROPIC_BASE_URL) is the gate"


def test_another_connection_answers_under_its_name() -> None:
    made = led(container(), release(), Wishes("batch")).container
    assert env(made)["ANTHROPIC_BASE_URL"] == f"{GATE}/c/batch"


@pytest.mark.parametrize("name", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"])
@pytest.mark.parametrize("value", ["own", {"secretKeyRef": {"name": "s", "key": "k"}}])
def test_a_container_with_a_word_of_its_own_gets_none(name: str, value: Any) -> None:
    made = led(container((name, value)), release(), WISHES)
    assert env(made.container)[name] == value
    assert {"ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"} & env(made.container).keys() == {
        name
    }
    assert any(f"keeps its own {name}" in note for note in made.notes)


def test_an_empty_value_is_none() -> None:
    assert env(led(container(("ANTHROPIC_API_KEY", "")), release(), WISHES).container)["ANTHROPIC_AUTH_TOKEN"]


def test_an_owner_who_goes_elsewhere_is_kept_with_a_note() -> None:
    own = container(("ANTHROPIC_BASE_URL", "https://elsewhere.example"))
    made = led(own, release(), WISHES)
    assert made.container is own
    assert made.notes == ("container agent keeps its own ANTHROPIC_BASE_URL: its calls do not go through the gate",)


def test_an_empty_address_is_the_models_own() -> None:
    made = led(container(("ANTHROPIC_BASE_URL", "")), release(), WISHES)
    assert made.notes == ("container agent keeps its own ANTHROPIC_BASE_URL: its calls do not go through the gate",)


@pytest.mark.parametrize(("value", "said"), [("1", True), ("true", True), ("0", False), ("False", False), ("", False)])
def test_a_switch_that_is_off_leads_nowhere(value: str, said: bool) -> None:
    assert bool(led(container(("CLAUDE_CODE_USE_MANTLE", value)), release(), WISHES).notes) is said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ANTHROPIC_BASE_URL", ""),
        ("ANTHROPIC_BASE_URL", "https://elsewhere.example"),
        ("ANTHROPIC_BASE_URL", {"configMapKeyRef": {"name": "c", "key": "k"}}),
        ("ANTHROPIC_API_KEY", "own"),
        ("CLAUDE_CODE_USE_BEDROCK", "1"),
        ("CLAUDE_CODE_USE_VERTEX", "1"),
    ],
)
def test_or_refused_where_the_release_says_so(name: str, value: Any) -> None:
    with pytest.raises(Refusal, match=f"container agent sets {name}.*excluded-containers"):
        led(container((name, value)), release(explicit="refuse"), WISHES)


def test_the_gates_own_address_is_no_other_one() -> None:
    own = container(("ANTHROPIC_BASE_URL", GATE))
    assert led(own, release(explicit="refuse"), WISHES).notes == ()


def test_loopback_goes_past_proxies() -> None:
    made = env(led(container(("HTTPS_PROXY", "http://proxy:3128")), release(), WISHES).container)
    assert (made["NO_PROXY"], made["no_proxy"]) == ("127.0.0.1,localhost", "127.0.0.1,localhost")


@pytest.mark.parametrize(("value", "said"), [("cluster.local", True), ("a, 127.0.0.1", False), ("*", False)])
def test_an_owners_no_proxy_stays(value: str, said: bool) -> None:
    made = led(container(("http_proxy", "http://p"), ("NO_PROXY", value)), release(), WISHES)
    assert env(made.container)["NO_PROXY"] == value
    assert "no_proxy" not in env(made.container)
    assert any("NO_PROXY" in note for note in made.notes) is said


def test_without_a_proxy_nothing_is_said_of_one() -> None:
    made = led(container(("NO_PROXY", "x")), release(), WISHES)
    assert made.notes == ()


def test_what_comes_by_env_from_is_said() -> None:
    made = led(container(envFrom=[{"configMapRef": {"name": "settings"}}]), release(), WISHES)
    assert made.notes == ("container agent takes variables from settings: those with the names of the gate's give way",)
    assert made.container["envFrom"] == [{"configMapRef": {"name": "settings"}}]


def test_what_comes_by_env_from_leads_nowhere_else() -> None:
    """Its own exceptions for a proxy stay: the kubelet puts them in."""
    listed = env(led(container(("MODEL", "$(ANTHROPIC_BASE_URL)/v1"), envFrom=[{}]), release(), WISHES).container)
    assert {listed[name] for name in PAST} == {""}
    assert listed["NO_PROXY"] == "127.0.0.1,localhost,$(NO_PROXY)"
    assert list(listed).index("ANTHROPIC_BASE_URL") < list(listed).index("MODEL")
    own = container(("no_proxy", "*"), ("CLAUDE_CODE_USE_VERTEX", "0"), envFrom=[{}])
    kept = env(led(own, release(), WISHES).container)
    assert (kept["no_proxy"], kept["CLAUDE_CODE_USE_VERTEX"], "NO_PROXY" in kept) == ("*", "0", False)


@pytest.mark.parametrize(
    ("name", "agent"), [("agent", True), ("istio-proxy", False), ("gatehouse-envoy", False), ("mine", False)]
)
def test_who_is_an_agent(name: str, agent: bool) -> None:
    assert is_agent(name, Wishes("claude", excluded=frozenset(("mine",)))) is agent

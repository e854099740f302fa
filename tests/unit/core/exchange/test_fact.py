"""What the record is told, and what it never is."""

import json

import pytest

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import Compiled
from sidecar.core.exchange.fact import MOST_FINDINGS, WITHHELD, all_storable, findings_facts, storable, storable_path
from sidecar.core.model.action import Action
from sidecar.core.model.caller import Caller
from sidecar.core.model.finding import Finding
from sidecar.core.model.place import Place
from tests.unit.core.exchange.building import CALLER, JSON, KEY, MAIL, UPPER, Call, ask, compiled, gate, request

SHADOW = "\n  - {id: seen, detect: ['secret/*'], do: deny, stage: shadow}\n"
DENIES = "\n  - {id: nope, detect: ['secret/*'], do: deny}\n"


def test_a_path_in_disguise_is_withheld() -> None:
    call = ask(gate(), None, "/v1/" + UPPER.replace("A", "%41"), method="GET")
    assert call.fact["path"] == WITHHELD
    assert ask(gate(), None, "/v1/some%20thing?x=y", method="GET").fact["path"] == "/v1/some thing"


def test_of_a_masked_call() -> None:
    call = ask(gate(), request(f"use {KEY}", system=f"mail {MAIL}", stream=True))
    fact = call.fact
    assert fact["exchange"] == "gx_1"
    assert fact["at"] == 1000.0
    assert fact["caller"] == {
        "subject": "ada",
        "provider": "company",
        "groups": ["engineering"],
        "claimed_session": "s-1",
        "claimed_agent": None,
        "workload": None,
    }
    assert (fact["connection"], fact["endpoint"], fact["method"], fact["path"]) == (
        "claude", "messages", "POST", "/v1/messages")  # fmt: skip
    assert (fact["model"], fact["session"]) == ("claude-sonnet-4-5", "s-1")
    assert (fact["verdict"], fact["rule"], fact["refused_with"]) == ("mask", "secrets", None)
    assert fact["scanned"] == {"extent": "whole", "why": []}
    assert {(one["path"], one["place"], one["how"]) for one in fact["findings"]} == {
        ("messages[0].content", "prompt", "redact"),
        ("system", "system", "token"),
    }
    assert json.loads(json.dumps(fact)) == fact


def test_what_was_not_looked_at_is_said() -> None:
    scanned = ask(gate(), request([{"type": "image", "source": SOURCE}])).fact["scanned"]
    assert scanned == {"extent": "partly", "why": ["image/png at messages[0].content[0]"]}
    assert ask(gate(), b"{").fact["scanned"]["extent"] == "not"


SOURCE = {"type": "base64", "media_type": "image/png", "data": "aGk="}
PLANTED = (
    ("a prompt", {"body": request(f"use {UPPER}")}),
    ("a model", {"body": request("hi", model=UPPER)}),
    ("a query", {"path": f"/v1/messages?{UPPER}"}),
    ("a path", {"path": f"/v1/{UPPER}", "method": "GET"}),
    ("a path in disguise", {"path": "/v1/" + UPPER.replace("A", "%41"), "method": "GET"}),
    ("a connection's name", {"path": f"/c/{UPPER}/v1/messages"}),
    ("a method", {"method": UPPER}),
    ("a claimed session", {"caller": Caller("ada", "company", (), UPPER)}),
    ("a claimed agent", {"caller": Caller("ada", "company", (), None, f"agent {UPPER}")}),
    ("a header", {"headers": (*JSON, ("x-note", UPPER), ("authorization", f"Bearer {UPPER}"))}),
    ("an encoding", {"headers": (*JSON, ("content-encoding", UPPER))}),
    ("a length", {"headers": (*JSON, ("content-length", UPPER))}),
    ("broken JSON", {"body": f'{{"a":"{UPPER}",}}'.encode()}),
    ("a key twice", {"body": f'{{"{UPPER}":1,"{UPPER}":2}}'.encode()}),
    ("a media type", {"body": request([{"type": "image", "source": {**SOURCE, "media_type": UPPER}}])}),
    ("a name of a tool", {"body": request("hi", tools=[{"name": UPPER}])}),
    ("a role", {"body": {"messages": [{"role": UPPER, "content": "x"}]}}),
)  # fmt: skip


@pytest.mark.parametrize("how", [how for _, how in PLANTED], ids=[note for note, _ in PLANTED])
@pytest.mark.parametrize("rules", [DENIES, SHADOW], ids=["denied", "shadow"])
def test_a_planted_secret_is_in_no_fact_and_in_nothing_told(rules: str, how: dict[str, object]) -> None:
    call = Call(gate(rules))
    call.ask(**{"body": request("hi"), **how}).recorded()
    facts = json.dumps(call.facts)
    assert UPPER not in facts
    assert UPPER[4:] not in facts
    assert UPPER not in "".join(repr(one) for one in call.said if not hasattr(one, "connection"))
    replies = [one.body for one in call.said if hasattr(one, "status")]
    assert not any(UPPER.encode() in body for body in replies)


@pytest.mark.parametrize(
    ("word", "stored"),
    [(None, None), ("claude-x", "claude-x"), (f"my {KEY}", WITHHELD), ("\udcff", "\udcff"), ("", "")],
)
def test_storable(word: str | None, stored: str | None) -> None:
    assert storable(word, compiled(DENIES, "").compiled) == stored


@pytest.mark.parametrize("words", [[], [None], ["a", None, ""], ["a", KEY, None, "b"], [KEY, MAIL], ["\udcff", "x"]])
def test_several_words_are_what_each_is_by_itself(words: list[str | None]) -> None:
    scan = compiled(DENIES, "").compiled
    assert all_storable(words, scan) == [storable(word, scan) for word in words]


def test_a_step_of_a_path_is_looked_at_by_itself() -> None:
    """A card's digits behind a slash are no card to its detector: there they are mostly something else."""
    scan, number = Compiled([one for one in builtin() if one.id == "pii/card"]), "4111" + "1111" * 3
    assert not scan.scan(f"/v1/files/{number}".encode())
    assert storable_path(f"/v1/files/{number}", scan) == WITHHELD
    assert storable_path(f"/{number} x", scan) == WITHHELD
    assert storable_path("/v1/files/41", scan) == "/v1/files/41"


def test_a_thousand_findings_are_counted_and_not_listed() -> None:
    one = Finding("r", "pii/email", Place.PROMPT, "x", Action.MASK)
    scan = compiled(DENIES, "").compiled
    facts = findings_facts([one] * (MOST_FINDINGS + 7), scan)
    assert len(facts["findings"]) == MOST_FINDINGS
    assert facts["findings_left_out"] == 7
    assert findings_facts([one], scan)["findings_left_out"] == 0


def test_a_path_that_holds_a_secret_is_withheld() -> None:
    one = Finding("r", "pii/email", Place.PROMPT, f"input.{UPPER}[0]", Action.MASK)
    assert findings_facts([one], compiled(DENIES, "").compiled)["findings"][0]["path"] == WITHHELD


def test_a_call_without_a_caller() -> None:
    call = ask(gate(), request("hi"), caller=None)
    assert call.fact["caller"] is None
    assert call.fact["say"]
    assert call.fact["policy"] is None
    assert ask(gate(), request("hi"), caller=CALLER).fact["policy"]

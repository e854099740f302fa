"""Headers of an answer are judged like its body."""

import json
from urllib.parse import quote

import pytest

from sidecar.core.exchange.events import ResponseStarted
from sidecar.core.model.http import Headers, ResponseHead
from tests.unit.core.exchange.building import JSON, KEY, MAIL, MASKS, Call, gate

HEAD = "paths: ['GET /orders']"
DENIES = "\n  - {id: no-keys, where: [response], detect: ['secret/*'], do: deny, say: It holds a key.}\n"
ELSEWHERE = MASKS.replace("response, ", "")
FIELDS = "\n  - {id: f, where: [response], mask: {fields: [ssn]}}\n"


def answered(*headers: tuple[str, str], rules: str = MASKS, body: bytes | None = b"{}", status: int = 200) -> Call:
    made = Call(gate(rules, HEAD)).ask(path="/c/shop/orders", method="GET").recorded()
    if body is not None:
        return made.answered(body, (*JSON, *headers), status)
    made.tell(ResponseStarted(ResponseHead(status, headers), made.at, end=True))
    return made


def got(made: Call, name: str) -> list[str]:
    return [value for one, value in made.start.set if one == name]


@pytest.mark.parametrize("body", [b"{}", None])
def test_a_value_is_masked_where_it_stands(body: bytes | None) -> None:
    made = answered(("x-note", f"use {KEY}!"), ("x-other", "1"), body=body)
    (value,) = got(made, "x-note")
    assert value.startswith("use [KEY_")
    assert value.endswith("]!")
    assert not got(made, "x-other"), "what no rule minds stays as it came"
    fact = made.facts["answered"]
    assert (fact["verdict"], fact["findings"][0]["path"]) == ("mask", "header.x-note")  # type: ignore[index]
    assert KEY not in json.dumps(fact)


def test_every_value_of_a_name_stays() -> None:
    made = answered(("set-cookie", "a=1; Path=/"), ("set-cookie", f"k={KEY}; HttpOnly"), ("set-cookie", "b=2"))
    first, second, third = got(made, "set-cookie")
    assert (first, third) == ("a=1; Path=/", "b=2")
    assert second.startswith("k=[KEY_")
    assert second.endswith("]; HttpOnly")


ESCAPED = (quote(MAIL, safe=""), quote(quote(MAIL, safe=""), safe=""), "".join(f"%{ord(one):02x}" for one in MAIL))


@pytest.mark.parametrize("written", ESCAPED)
def test_what_stands_in_escapes_is_masked_there(written: str) -> None:
    made = answered(("set-cookie", f"name=a%3Bb; user={written}; Path=/%41"))
    (value,) = got(made, "set-cookie")
    assert value.startswith("name=a%3Bb; user=[EMAIL_")
    assert value.endswith("]; Path=/%41")


def test_an_address_that_leads_through_the_gate_is_masked_as_well() -> None:
    made = answered(("location", f"/api/orders?key={KEY}"), status=302)
    (value,) = got(made, "location")
    assert value.startswith("/c/shop/orders?key=[KEY_")


def test_letters_beyond_ascii_stay_what_they_are() -> None:
    made = answered(("x-note", f"Zürich {KEY}".encode().decode("latin-1")))
    assert got(made, "x-note")[0].encode("latin-1").decode().startswith("Zürich [KEY_")


REFUSED = (
    ("a rule that denies", DENIES, ("x-note", KEY)),
    ("a name, which cannot be masked", MASKS.replace("secret/*", "pii/phone"), ("x-+49301234567", "1")),
    ("a header that nobody may change", MASKS, ("trailer", KEY)),
)


@pytest.mark.parametrize("body", [b"{}", None])
@pytest.mark.parametrize(("rules", "header"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_may_not_pass_refuses_the_answer(rules: str, header: tuple[str, str], body: bytes | None) -> None:
    made = answered(header, ("set-cookie", "a=1"), rules=rules, body=body)
    assert made.start.status == 403
    assert {header[0], "set-cookie"} <= set(made.start.remove), "nothing of the server's passes with a refusal"
    assert made.facts["answered"]["verdict"] == "deny"
    assert made.facts["answered"]["complete"] is False


QUIET: tuple[Headers, ...] = (
    (("content-length", "2"), ("date", "Sat, 22 Nov 2026 02:00:00 GMT"), ("keep-alive", KEY)),
    (("x-note", "nothing"), ("set-cookie", "a=%41"), ("location", "https://other.example/7")),
)


@pytest.mark.parametrize("headers", QUIET)
def test_what_no_rule_minds_is_left_alone(headers: Headers) -> None:
    assert {name for name, _ in answered(*headers).start.set} == {"x-gatehouse-exchange", "content-length"}


def test_only_rules_on_answers_count() -> None:
    assert not got(answered(("x-note", KEY), rules=ELSEWHERE), "x-note")

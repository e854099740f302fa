"""Where a match is decided."""

import pytest

from sidecar.core.exchange.desk import Desk, Judged, Session
from sidecar.core.exchange.rules import Rules
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.mask.placeholder import PLACEHOLDER, Placeholders
from sidecar.core.model.action import Action, DenyAs, How
from sidecar.core.model.detector import Match
from sidecar.core.model.finding import Verdict
from sidecar.core.model.place import Place
from sidecar.core.policy.facts import Found, RequestFacts
from tests.unit.core.exchange.building import CALLER, CLAUDE, KEY, MAIL, MASK_KEY, PHONE, book

RULES = """
  - {id: keys, where: [prompt, response], detect: [secret/key], do: mask}
  - {id: mails, detect: [pii/email], do: mask, how: token}
  - {id: phones, detect: [pii/phone], do: deny, say: No phones.}
  - {id: fine, detect: [secret/upper], do: allow}
  - {id: seen, detect: [pii/email], do: deny, stage: shadow}
"""
FACTS = RequestFacts("m", (), False, None, 1, (), (), "POST", "/v1/messages", "messages", 1)


def session() -> Session:
    rules = Rules.of(book(RULES))
    bound = rules.bound(CALLER, CLAUDE)
    assert bound is not None
    return Session(bound.court(FACTS), SessionMemory(), Placeholders(MASK_KEY, "s", rules.words))


def desk(
    where: Session, place: Place = Place.PROMPT, *, answer: bool = False, key: bool = False
) -> tuple[Desk, Judged, list[int]]:
    judged, asked = Judged(), []

    def about() -> Found:
        asked.append(1)
        return Found(place, "content[0].text", "", "", None, "answer" if answer else "request", key)

    return Desk(where, judged, about), judged, asked


def match(detector: str, value: str) -> Match:
    return Match(0, len(value), detector)


def test_a_mask() -> None:
    one, judged, asked = desk(session())
    placeholder = one.decide(match("secret/key", KEY), KEY)
    assert placeholder is not None
    assert placeholder.startswith("[KEY_")
    (found,) = judged.findings
    assert (found.rule, found.detector, found.action, found.how, found.placeholder) == (
        "keys", "secret/key", Action.MASK, How.REDACT, placeholder)  # fmt: skip
    assert judged.verdict.action is Action.MASK
    assert KEY not in repr(judged)
    assert len(asked) == 1, "the place is looked up once"


@pytest.mark.parametrize(
    ("note", "detector", "place"),
    [("a place no rule names", "secret/key", Place.TOOL_RESULT), ("allowed", "secret/upper", Place.PROMPT)],
)
def test_what_no_rule_minds_stays(note: str, detector: str, place: Place) -> None:
    one, judged, _ = desk(session(), place)
    assert one.decide(match(detector, KEY), KEY) is None
    assert (judged.findings, judged.verdict) == ([], Verdict(Action.ALLOW))


def test_a_denial() -> None:
    one, judged, _ = desk(session())
    assert one.decide(match("pii/phone", PHONE), PHONE) is None
    assert judged.verdict == Verdict(Action.DENY, "phones", "p", "No phones.", DenyAs.ERROR)
    assert judged.findings[0].placeholder is None


def test_the_strictest_verdict_stays_whatever_the_order() -> None:
    for order in ((("pii/phone", PHONE), ("secret/key", KEY)), (("secret/key", KEY), ("pii/phone", PHONE))):
        one, judged, _ = desk(session())
        for detector, value in order:
            one.decide(match(detector, value), value)
        assert judged.verdict.rule == "phones"


def test_in_a_key_a_mask_is_a_denial() -> None:
    one, judged, _ = desk(session(), key=True)
    assert one.decide(match("secret/key", KEY), KEY) is None
    assert judged.verdict.action is Action.DENY
    assert "cannot be masked" in (judged.verdict.say or "")


def test_shadow_is_noted_once_and_changes_nothing() -> None:
    one, judged, _ = desk(session())
    for _ in range(2):
        one.treat(match("pii/email", MAIL))
        one.decide(match("pii/email", MAIL), MAIL)
    assert [found.rule for found in judged.findings if found.shadow] == ["seen"]
    assert judged.verdict.rule == "mails"


class TestPlaceholders:
    def test_a_token_of_a_request_is_owed_to_the_agent(self) -> None:
        where = session()
        token = desk(where)[0].decide(match("pii/email", MAIL), MAIL)
        assert token is not None
        as_answer, in_request = desk(where, Place.RESPONSE, answer=True)[0], desk(where)[0]
        assert as_answer.decide(match(PLACEHOLDER.id, token), token) == MAIL
        assert in_request.decide(match(PLACEHOLDER.id, token), token) == token

    def test_a_token_of_an_answer_is_owed_to_nobody(self) -> None:
        """The agent never had that value."""
        where = session()
        token = desk(where, Place.RESPONSE, answer=True)[0].decide(match("pii/email", MAIL), MAIL)
        assert token is not None
        assert where.memory.value_of(token) is None

    def test_ours_without_a_value_stays_as_it_is(self) -> None:
        where = session()
        ours = where.placeholders.make("EMAIL", How.TOKEN, "x@mill.example")
        for answer in (True, False):
            assert desk(where, answer=answer)[0].decide(match(PLACEHOLDER.id, ours), ours) == ours

    @pytest.mark.parametrize("text", ["[AKIA_22222222]", "[SECRET_#0123456789ab]", "[NOBODYS_K7Q2M9XA]"])
    def test_a_strangers_is_a_text_like_any_other(self, text: str) -> None:
        assert desk(session())[0].decide(match(PLACEHOLDER.id, text), text) is None

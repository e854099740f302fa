"""From what was judged to the questions."""

from dataclasses import replace

from sidecar.core.exchange.asking import own_detectors
from sidecar.core.exchange.commands import Ask, Forward
from sidecar.core.exchange.fact import WITHHELD
from sidecar.core.model.hold import Terms
from tests.unit.core.exchange.building import CALLER, KEY, Call, request
from tests.unit.core.exchange.held import HOLDS, PROMPT, TWO, held, holding


def test_who_what_why_and_on_which_terms() -> None:
    caller = replace(CALLER, claimed_agent="robot")
    _, one = held(holding(name="laptop"), request(PROMPT), caller=caller)
    assert (one.gate, one.exchange, one.connection, one.at) == ("laptop", "gx_1", "claude", 1000.0)
    assert (one.subject, one.provider, one.groups) == ("ada", "company", ("engineering",))
    assert (one.session, one.agent, one.model, one.tool) == ("s-1", "robot", "claude-sonnet-4-5", None)
    assert (one.rule, one.policy, one.why) == ("deploys", "p", "People look at it.")
    assert one.terms == Terms(("sre",))


def test_words_of_the_client_that_may_not_be_stored() -> None:
    caller = replace(CALLER, claimed_agent=KEY, claimed_session=KEY)
    _, one = held(holding(), request(PROMPT, model=KEY), caller=caller)
    assert (one.session, one.agent, one.model) == (WITHHELD, WITHHELD, WITHHELD)


def test_the_session_of_the_body_counts_where_no_header_names_one() -> None:
    user = {"user_id": '{"session_id":"0b5f6c1e-9a37-4a46-8e0f-52a6c1de3f10"}'}
    _, one = held(holding(), request(PROMPT, metadata=user), caller=replace(CALLER, claimed_session=None))
    assert one.session == "0b5f6c1e-9a37-4a46-8e0f-52a6c1de3f10"


def test_another_word_another_fingerprint_and_the_same_session() -> None:
    world = holding()
    _, one = held(world, request(PROMPT))
    _, two = held(world, request(f"{PROMPT}!"))
    assert one.fingerprint != two.fingerprint
    assert one.session_key == two.session_key


def test_rules_of_one_call_have_their_own_fingerprints() -> None:
    call, one = held(holding(TWO), request(PROMPT))
    from tests.unit.core.exchange.held import APPROVED, question, settled

    two = question(settled(call, APPROVED).recorded().said)
    assert (one.rule, two.rule) == ("budget", "deploys")
    assert one.fingerprint != two.fingerprint


def test_only_what_rules_hold_is_shown() -> None:
    deny = "  - {id: other, match: {keywords: [zebra]}, do: mask}\n"
    rules = holding(HOLDS + deny).rules
    assert own_detectors(rules) == {"rule/p/deploys"}


def test_in_shadow_nobody_is_asked() -> None:
    call = Call(holding(HOLDS.replace("do: hold", "do: hold, stage: shadow"))).ask(request(PROMPT)).recorded()
    assert [one for one in call.said if isinstance(one, Forward)]
    assert not [one for one in call.said if isinstance(one, Ask)]
    (finding,) = call.fact["findings"]
    assert (finding["rule"], finding["action"], finding["shadow"]) == ("deploys", "hold", True)


def test_a_denial_is_stricter() -> None:
    denies = "  - {id: never, match: {keywords: [prod]}, do: deny}\n"
    call = Call(holding(HOLDS + denies)).ask(request(PROMPT)).recorded()
    assert call.reply.status == 400
    assert call.fact["verdict"] == "deny"
    assert not [one for one in call.said if isinstance(one, Ask)]

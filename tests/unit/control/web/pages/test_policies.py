"""Policies: figures where there are some, explanations always."""

from sidecar.control.web.pages.policies import drawn
from sidecar.control.web.questions.asking import Away
from sidecar.control.web.questions.figures import Policies, RuleHits, Span
from sidecar.control.web.questions.rehearsed import Asker
from tests.unit.control.web.pages.conftest import Shown

SAID = {"subject": "ada", "groups": " sre, , ops", "connection": "claude", "body": "write to jo"}


async def test_what_is_in_force_and_what_would_be(shown: Shown) -> None:
    page = await shown.page("/policies")
    assert page.count("data-rule=") == 2
    assert "The last change was refused" in page
    assert "<script>alert" not in page


async def test_a_pasted_request_is_explained(shown: Shown) -> None:
    answer = await shown.browser.post("/policies/explain", data=SAID)
    assert answer.status_code == 200
    assert 'data-explained="mask"' in answer.text
    assert "says nothing: not theirs" in answer.text
    assert "<script>alert" not in answer.text
    asked = dict(shown.record.asked)["explain"]
    assert asked == (Asker("ada", ("sre", "ops"), "claude", "/v1/messages"), b"write to jo")


async def test_what_cannot_be_read_is_said_and_kept(shown: Shown) -> None:
    for body, said in (("{", "begins like JSON"), ("  ", "Paste a request")):
        answer = await shown.browser.post("/policies/explain", data={**SAID, "body": body})
        assert answer.status_code == 400
        assert said in answer.text
        assert 'value="ada"' in answer.text


async def test_an_explanation_does_not_need_the_record(shown: Shown) -> None:
    shown.record.away = Away("the database does not answer")
    answer = await shown.browser.post("/policies/explain", data=SAID)
    assert answer.status_code == 200
    assert "the database does not answer" in answer.text
    assert 'data-explained="mask"' in answer.text


def test_rules_that_only_would_have_acted_are_not_drawn_as_acting() -> None:
    rules = [RuleHits("near", [0.0], [3.0]), RuleHits("acts", [2.0], [0.0])]
    assert [name for name, _, _ in drawn(Policies(Span(0, 3600, 3600), (), rules)).legend] == ["acts"]

"""What a person wrote becomes what is judged, key by key."""

import json

from sidecar.core.model.action import Action, DenyAs, How
from sidecar.core.model.hold import Terms
from sidecar.core.model.place import Place
from sidecar.core.policy.compile import OWN_LABEL, own_detector, policy_from
from sidecar.core.policy.limits import Limits
from sidecar.core.policy.written import PolicyWritten, RuleWritten
from tests.unit.core.policy.samples import CATALOGUE, FOUND


def written(**policy: object) -> PolicyWritten:
    return PolicyWritten.model_validate({"policy": "p", **policy})


def test_everything_said_is_kept() -> None:
    policy = policy_from(
        written(
            stage="shadow",
            limits={
                "models": "claude-*",
                "prompt_tokens": 1,
                "max_tokens": 2,
                "requests_per_minute": 3,
                "input_tokens_per_day": 4,
                "output_tokens_per_day": 5,
            },
            paths=["GET /v1/files*", "/v1/skills"],
            rules=[
                {
                    "id": "m",
                    "detect": ["pii/*"],
                    "where": "prompt",
                    "do": "mask",
                    "how": "last4",
                    "label": "key",
                    "match": {"path": "system", "tool": "Bash", "model": "*", "media": "image/*"},
                    "if": "true",
                },
                {"id": "d", "match": {"keywords": "x"}, "do": "deny", "say": "No.", "deny": {"as": "answer"}},
            ],
        ),
        CATALOGUE,
    )
    assert policy.limits == Limits((("claude-*",),), 1, 2, 3, 4, 5)
    paths = [(path.method, path.path.sources) for path in policy.paths]
    assert paths == [("GET", ("/v1/files*",)), (None, ("/v1/skills",))]
    mask, deny = policy.rules
    assert policy.shadow
    assert (mask.shadow, mask.action, mask.how, mask.label) == (True, Action.MASK, How.LAST4, "KEY")
    assert (mask.where, mask.detectors) == (frozenset({Place.PROMPT}), frozenset({"pii/email", "pii/card"}))
    assert all((mask.path, mask.tool, mask.model, mask.media, mask.condition))
    assert (deny.action, deny.how, deny.say, deny.deny_as) == (Action.DENY, None, "No.", DenyAs.ANSWER)
    assert (deny.where, deny.detectors) == (frozenset(Place), frozenset({"rule/p/d"}))
    assert not any((deny.path, deny.tool, deny.model, deny.media, deny.condition))


def test_a_mask_redacts_unless_it_says_how() -> None:
    rules = [{"id": "m", "detect": "*", "do": "mask"}]
    assert policy_from(written(rules=rules), CATALOGUE).rules[0].how is How.REDACT


def test_own_detectors() -> None:
    def own(match: dict[str, object]) -> object:
        return own_detector("p", RuleWritten.model_validate({"id": "r", "do": "deny", "match": match}))

    regex = own({"regex": "ab+"})
    assert json.dumps([regex.id, regex.label, regex.pattern, regex.value_group]) == json.dumps(  # type: ignore[attr-defined]
        ["rule/p/r", OWN_LABEL, "ab+", 0]
    )
    assert own({"keywords": ["x"]}) is not None
    assert own({"media": "image/*"}) is None


def test_the_terms_of_a_hold() -> None:
    full = {"approvers": ["sre", "ops"], "approvals": 2, "timeout": "90s", "rationale": "required", "reuse": "1h"}
    rules = [
        {"id": "full", "detect": ["pii/*"], "do": "hold", **full},
        {"id": "bare", "detect": ["pii/*"], "do": "hold"},
        {"id": "none", "detect": ["pii/*"], "do": "deny"},
    ]
    one, two, three = policy_from(written(rules=rules), CATALOGUE).rules
    assert one.terms == Terms(("ops", "sre"), 2, 90.0, True, 3600.0)
    assert two.terms == Terms((), 1, 600.0, False, None)
    assert three.terms is None


def test_a_hold_looks_where_something_leaves_and_says_what_it_does() -> None:
    rules = [{"id": "h", "detect": ["pii/*"], "do": "hold"}, {"id": "c", "if": "true", "do": "hold"}]
    text, call = policy_from(written(rules=rules), CATALOGUE).rules
    assert text.where == {Place.SYSTEM, Place.PROMPT, Place.TOOL_RESULT}
    assert text.treatment(FOUND).say == f"The request holds text that people have to see first ({FOUND.detector})."
    assert text.treatment(FOUND).terms == call.verdict().terms == Terms()
    assert call.verdict().say == "A rule about who may call what, and how, asks people first."

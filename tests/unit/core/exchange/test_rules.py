"""The rules of one or two books."""

import pytest

from sidecar.core.exchange.rules import Rules, strictest
from sidecar.core.model.action import Action, How
from sidecar.core.model.caller import Caller
from sidecar.core.model.effect import Effect
from sidecar.core.model.place import Place
from sidecar.core.model.treatment import Treatment
from sidecar.core.policy.facts import Found, RequestFacts
from sidecar.core.understand.understand import understand
from tests.unit.core.exchange.building import CALLER, CLAUDE, KEY, book

PASSES = "applies: {connections: [claude]}\nrecord: {when_full: pass}"
OLD = "\n  - {id: r, detect: ['secret/*'], do: mask, how: token}\n  - {id: own, match: {regex: 'zephyr'}, do: deny}\n"
NEW = "\n  - {id: r, detect: ['secret/*'], do: mask}\n  - {id: own, match: {regex: 'boreas'}, do: deny}\n"
FACTS = RequestFacts("m", (), False, None, 1, (), (), "POST", "/v1/skills", "other", 1)


def treated(rules: Rules, detector: str, caller: Caller = CALLER) -> Treatment | None:
    bound = rules.bound(caller, CLAUDE)
    assert bound is not None
    return bound.court(FACTS).treat(Found(Place.PROMPT, "x", detector, "L", None, "request", False))


def treatment(action: Action, how: How | None = None, rule: str = "r") -> Treatment:
    return Treatment(action, rule, "p", "L", how)


@pytest.mark.parametrize(
    ("note", "several", "winner"),
    [
        ("none", [], None),
        ("deny over mask", [treatment(Action.MASK, How.REDACT), treatment(Action.DENY)], treatment(Action.DENY)),
        ("what reveals less", [treatment(Action.MASK, How.TOKEN), treatment(Action.MASK, How.HASH)],
            treatment(Action.MASK, How.HASH)),
        ("the name breaks ties", [treatment(Action.DENY, rule="a"), treatment(Action.DENY, rule="b")],
            treatment(Action.DENY, rule="b")),
    ],
)  # fmt: skip
def test_the_strictest_wins_in_any_order(note: str, several: list[Treatment], winner: Treatment | None) -> None:
    assert strictest(several) == strictest(several[::-1]) == winner


class TestOfTwoBooks:
    def test_the_stricter_treatment_counts_in_both_orders(self) -> None:
        for united in (Rules.of(book(OLD), book(NEW)), Rules.of(book(NEW), book(OLD))):
            found = treated(united, "secret/key")
            assert found is not None
            assert found.how is How.REDACT

    def test_a_detector_that_both_define_differently_is_scanned_for_twice(self) -> None:
        united = Rules.of(book(OLD), book(NEW))
        found = {match.detector for match in united.compiled.scan(b"a zephyr and a boreas")}
        assert len(found) == 2
        for detector in found:
            verdict = treated(united, detector)
            assert verdict is not None
            assert verdict.action is Action.DENY

    def test_what_both_know_is_scanned_for_once(self) -> None:
        united = Rules.of(book(OLD), book(NEW))
        assert [match.detector for match in united.compiled.scan(KEY.encode())] == ["secret/key"]

    def test_whom_one_book_has_no_rules_for_has_none(self) -> None:
        united = Rules.of(book(OLD), book(NEW, "applies: {groups: [finance]}"))
        assert united.bound(CALLER, CLAUDE) is None
        assert Rules.of(book(OLD)).bound(CALLER, CLAUDE) is not None

    def test_the_smaller_limits_count(self) -> None:
        heads = (
            "limits: {max_tokens: 10, requests_per_minute: 5}",
            "limits: {max_tokens: 20, output_tokens_per_day: 7}",
        )
        bound = Rules.of(*(book(OLD, head) for head in heads)).bound(CALLER, CLAUDE)
        assert bound is not None
        limits = bound.limits
        assert (limits.max_tokens, limits.requests_per_minute, limits.output_tokens_per_day) == (10, 5, 7)

    @pytest.mark.parametrize(
        ("heads", "policies"),
        [
            ([PASSES], ("p0",)),
            ([PASSES, PASSES], ("p0", "p1")),
            ([PASSES, ""], ()),
            (["", PASSES], ()),
            ([""], ()),
        ],
    )
    def test_a_full_record_needs_the_leave_of_both(self, heads: list[str], policies: tuple[str, ...]) -> None:
        bound = Rules.of(*(book(OLD, head, f"p{at}") for at, head in enumerate(heads))).bound(CALLER, CLAUDE)
        assert bound is not None
        assert bound.passing_when_full == policies

    def test_a_path_needs_the_leave_of_both(self) -> None:
        allows = book(OLD, "paths: ['/v1/skills']")
        both = (Rules.of(allows), Rules.of(allows, book(NEW)))
        bound = [one.bound(CALLER, CLAUDE) for one in both]
        assert [one.court(FACTS).allows_path for one in bound if one] == [True, False]

    def test_shadow_of_both_is_heard(self) -> None:
        shadow = "\n  - {id: s, detect: [secret/key], do: deny, stage: shadow}\n"
        united = Rules.of(book(shadow), book(shadow, name="q"))
        bound = united.bound(CALLER, CLAUDE)
        assert bound is not None
        found = Found(Place.PROMPT, "x", "secret/key", "L", None, "request", False)
        assert {one.policy for one in bound.court(FACTS).treat_shadow(found)} == {"p", "q"}
        assert treated(united, "secret/key") is None


def test_what_one_set_found_says_nothing_about_another() -> None:
    one, two = Rules.of(book(OLD)), Rules.of(book(NEW))
    united = Rules.of(book(OLD), book(NEW))
    assert len({one.key, two.key, united.key}) == 3
    assert Rules.of(book(OLD)).key == one.key


def test_every_label_a_placeholder_can_have_is_known() -> None:
    words = Rules.of(book("\n  - {id: a, detect: [pii/email], do: mask, label: PERSON}\n"), book(NEW)).words
    assert {"PERSON", "EMAIL", "KEY", "UPPER"} <= words


DESCRIBES = "understand: {programs: {acmectl: reads}}"


@pytest.mark.parametrize(
    ("note", "heads", "unknown"),
    [
        ("described", [DESCRIBES], False),
        ("in both", [DESCRIBES, "understand: {programs: {acmectl: writes}}"], False),
        ("no longer", [DESCRIBES, ""], True),
        ("not yet, when the session began", ["", DESCRIBES], True),
        ("by nobody", ["", ""], True),
    ],
)
def test_a_session_is_read_by_the_descriptions_of_both_books(note: str, heads: list[str], unknown: bool) -> None:
    bound = Rules.of(*(book(OLD, head) for head in heads)).bound(CALLER, CLAUDE)
    assert bound is not None
    read = understand("Bash", {"command": "acmectl frob x1"}, bound.described)
    assert (Effect.UNKNOWN in read.effects) is unknown

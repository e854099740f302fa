"""What must hold when rules change: each thing that is otherwise breaks its own check."""

from dataclasses import replace

import pytest

from sidecar.core.detect import catalogue
from sidecar.core.errors import ConfigurationError
from sidecar.core.policy.book import PolicySource, compile_book
from sidecar.processes.demo.changing import BAD, NEW, Evidence, judged
from tests.unit.processes.demo.made_up import answer, broken, error

NO = "Blocked by policy rule no-falcon: No birds tonight. (exchange gx_%d)"
GOOD = Evidence(
    answer(200), error(400, NO % 1), error(400, NO % 2), 2.5, True, "tonight.yaml:3: a, tonight.yaml:4: b", (7, 7)
)


@pytest.mark.parametrize(
    ("seen", "wrong", "note"),
    [
        (GOOD, [], "all well"),
        (replace(GOOD, before=error(400, "another rule")), [0], "refused before"),
        (replace(GOOD, after=answer(200), with_bad=answer(200)), [1, 5], "the new rule does nothing"),
        (replace(GOOD, processes=(7, 8)), [2], "started again"),
        (replace(GOOD, alarm=False), [3], "no alarm"),
        (replace(GOOD, refusals="tonight.yaml:3: a"), [4], "one mistake is not named"),
        (replace(GOOD, with_bad=answer(200)), [5], "the bad file switched the rule off"),
        (replace(GOOD, with_bad=error(400, "something else")), [5], "the bad file changed what is said"),
    ],
)
def test_judged(seen: Evidence, wrong: list[int], note: str) -> None:
    assert broken(judged(seen)) == wrong, note


def test_the_new_file_is_good_and_the_bad_one_has_mistakes_on_two_lines() -> None:
    compile_book([PolicySource("new", NEW)], catalogue.builtin())
    with pytest.raises(ConfigurationError) as refused:
        compile_book([PolicySource("bad", BAD)], catalogue.builtin())
    assert {mistake.line for mistake in refused.value.mistakes} == {3, 4}

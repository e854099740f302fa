"""What comes of a call, with the reasons; how it is told is tried in `tests/unit/cli/test_policy_explain.py`."""

from sidecar.core.detect.catalogue import builtin
from sidecar.core.model.caller import Caller
from sidecar.core.policy.book import PolicySource, compile_book
from sidecar.processes.explaining import explained, placeholder
from sidecar.processes.rehearsal import Call, prompt_body

POLICY = """
policy: p
applies: {groups: [engineering]}
rules:
  - {id: mails, detect: [pii/email], do: mask, how: token}
"""


def ask(prompt: str, group: str = "engineering") -> Call:
    return Call(Caller("ada", "company", (group,)), "claude", "/v1/messages", prompt_body(prompt))


def test_the_rule_that_acts_is_named_with_what_stands_there_now() -> None:
    book = compile_book([PolicySource("p.yaml", POLICY)], builtin())
    what = explained(book, ask("write to jo@example.com"))
    assert what.outcome.verdict == "mask"
    assert what.policies == ("p",)
    assert what.explanation is not None
    line = what.explanation.lines[0]
    shown = placeholder(line.found[0], line, what.outcome.findings)
    assert shown is not None
    assert shown in what.outcome.text
    assert "jo@example.com" not in what.outcome.text


def test_whom_no_policy_is_about_gets_no_reasons() -> None:
    book = compile_book([PolicySource("p.yaml", POLICY)], builtin())
    what = explained(book, ask("hello", group="sales"))
    assert what.outcome.verdict == "nobody"
    assert what.explanation is None

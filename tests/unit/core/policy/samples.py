"""A small world to judge in: detectors, a caller, calls, and policies made up by Hypothesis."""

import json
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from sidecar.core.model.caller import Caller
from sidecar.core.model.connection import Connection, Kind
from sidecar.core.model.detector import Detector
from sidecar.core.model.place import Place
from sidecar.core.policy.book import Book, PolicySource, compile_book
from sidecar.core.policy.facts import Found, RequestFacts
from sidecar.core.policy.judge import Judge, Ruleset

CATALOGUE = (
    Detector("secret/aws", "AWS", "AKIA[A-Z0-9]{16}"),
    Detector("secret/jwt", "JWT", "eyJ[a-z]+"),
    Detector("pii/email", "EMAIL", r"\w+@\w+"),
    Detector("pii/card", "CARD", r"\d{16}"),
)
CALLER = Caller("ada", "company", ("engineering", "oncall"))
CLAUDE = Connection("claude", Kind.CLAUDE, "https://api.anthropic.com")
FACTS = RequestFacts(
    model="claude-opus-4",
    models=("claude-opus-4",),
    stream=True,
    max_tokens=1024,
    prompt_tokens=500,
    tools=("Bash", "mcp__tickets__close"),
    media=("image/png",),
    method="POST",
    path="/v1/messages",
    endpoint="messages",
    messages=3,
)
FOUND = Found(Place.PROMPT, "messages[0].content", "secret/aws", "AWS", None, "request", False)


def book_of(*texts: str) -> Book:
    return compile_book([PolicySource(f"p{index}.yaml", text) for index, text in enumerate(texts)], CATALOGUE)


def book_with(*rules: str, head: str = "") -> Book:
    """One policy with these rules, each as flow YAML without its braces."""
    listed = "".join(f"\n  - {{{rule}}}" for rule in rules)
    return book_of(f"policy: p\n{head}\nrules:{listed if rules else ' []'}\n")


def ruleset_of(book: Book, caller: Caller = CALLER) -> Ruleset:
    ruleset = book.for_caller(caller, CLAUDE)
    assert ruleset is not None
    return ruleset


def judge_of(book: Book, **changed: object) -> Judge:
    return ruleset_of(book).judge(CALLER, CLAUDE, replace(FACTS, **changed))


def found(**changed: object) -> Found:
    return replace(FOUND, **changed)


CONDITIONS = (
    "true",
    "false",
    "request.stream",
    'identity.groups.exists(g, g == "oncall")',
    'request.model.contains("haiku")',
    'identity.groups[7] == "x"',  # cannot be evaluated
)
_match = st.fixed_dictionaries(
    {},
    optional={
        "path": st.sampled_from(["messages[*].content", "*.ssn", "system"]),
        "tool": st.sampled_from(["Bash|Read", "mcp__.*"]),
        "model": st.sampled_from(["*opus*", "*haiku*"]),
        "media": st.sampled_from(["image/*", "application/*"]),
    },
)
_text_rules = st.fixed_dictionaries(
    {"do": st.sampled_from(["allow", "mask", "deny"])},
    optional={
        "where": st.lists(st.sampled_from([place.value for place in Place]), min_size=1, unique=True),
        "match": _match,
        "if": st.sampled_from(CONDITIONS),
        "stage": st.sampled_from(["enforce", "shadow"]),
    },
)
_sources = st.sampled_from(["secret/*", "pii/*", "*", "pii/email", "secret/aws", ""])
_hows = st.sampled_from(["redact", "token", "last4", "hash"])


@st.composite
def rules(draw: st.DrawFn, number: int) -> dict[str, object]:
    rule: dict[str, object] = {"id": f"r{number}", **draw(_text_rules)}
    source = draw(_sources)
    if source:
        rule["detect"] = source
    else:
        rule["match"] = {**rule.get("match", {}), "keywords": ["zephyr"]}  # type: ignore[dict-item]
    if rule["do"] == "mask":
        rule["how"] = draw(_hows)
    if rule["do"] == "deny" and draw(st.booleans()):
        rule["deny"] = {"as": draw(st.sampled_from(["error", "answer"]))}
    return rule


@st.composite
def call_rules(draw: st.DrawFn, number: int) -> dict[str, object]:
    condition = draw(st.sampled_from(CONDITIONS))
    return {"id": f"c{number}", "if": condition, "do": draw(st.sampled_from(["allow", "deny"]))}


@st.composite
def policies(draw: st.DrawFn, name: str = "p") -> dict[str, object]:
    text = [draw(rules(number)) for number in range(draw(st.integers(0, 5)))]
    call = [draw(call_rules(number)) for number in range(draw(st.integers(0, 2)))]
    policy: dict[str, object] = {"policy": name, "rules": draw(st.permutations([*text, *call]))}
    policy["limits"] = draw(
        st.fixed_dictionaries({}, optional={"max_tokens": st.sampled_from([10, 5000]), "models": st.just(["*haiku*"])})
    )
    policy["stage"] = draw(st.sampled_from(["enforce", "enforce", "shadow"]))
    return policy


def compiled(written: Sequence[dict[str, object]]) -> Book:
    return book_of(*(json.dumps(policy) for policy in written))


founds = st.builds(
    Found,
    st.sampled_from(list(Place)),
    st.sampled_from(["messages[0].content", "system", "messages[2].content[0].input.ssn"]),
    st.sampled_from([*(detector.id for detector in CATALOGUE), "rule/p/r0", "rule/p/r1"]),
    st.just("LABEL"),
    st.sampled_from([None, "Bash", "mcp__tickets__close"]),
    st.sampled_from(["request", "answer"]),
    st.booleans(),
)

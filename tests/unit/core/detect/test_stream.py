"""The streaming scan: any cut gives what the whole gives, and hardly anything has to wait."""

from itertools import pairwise
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.core.detect.catalogue import builtin
from sidecar.core.detect.compiled import LONGEST, Compiled
from sidecar.core.detect.sample import PROSE
from sidecar.core.model.detector import Detector, Match

RULES = (
    Detector("rule/phrase", "X", r"(?i)project\s+zephyr"),
    Detector("rule/whole", "X", r"\Afoo.*bar\z"),
    Detector("rule/line", "X", r"(?m)^foo.*bar$"),
    Detector("rule/span", "X", r"(?s)begin.*end"),
    Detector("rule/words", "X", r"(?i:alpha|beta gamma|k)"),
    Detector("rule/inner", "X", r"(?:in|out) (\d+) of", 1),
    Detector("rule/either", "X", r"(?:a(b+)|c(d+))!", 1),
)
BUILTIN = Compiled(builtin())
WITH_RULES = Compiled((*RULES, *builtin()[:30]))

# Pieces of real shapes; whole secrets appear only when the pieces happen to meet.
FRAGMENTS = [
    *(
        "AKIA",
        "Q3EGVTK5",
        "7ZW2PLXN",
        "ghp_",
        "a8Kd93Lsk2mW",
        "q0Zx7CvB1nM4",
        "rT6yU9iOp5As",
        "eyJhbGciOiJIUzI1NiJ9",
        ".eyJz",
    ),
    *(
        "password",
        "api_key",
        "token",
        " = ",
        ": ",
        '"',
        "'",
        "Kd83Jsk9x",
        "Bearer ",
        "postgres://",
        "app:",
        "@db.host/x",
    ),
    *("-----BEGIN PRIVATE KEY-----", "\nMIIEvAIBADANBgkqhkiG9w0BAQEFAASC", "\n-----END PRIVATE KEY-----", "-----"),
    *(
        "4111 1111 ",
        "1111 1111",
        "4111",
        "-",
        "GB82 WEST ",
        "1234 5698 7654 32",
        "078-05-",
        "1123",
        "+49 30 ",
        "901820",
    ),
    *(
        "jane.doe",
        "@",
        "example",
        ".com",
        "192.168",
        ".1.17",
        "2001:db8::",
        "1f",
        "born on ",
        "12 March ",
        "1980",
        "call ",
    ),
    *(
        " ",
        "\n",
        "é",
        "東京",
        "\U0001f600",
        ",",
        ".",
        "foo",
        "bar",
        "begin",
        "end",
        "Project ",
        "zephyr",
        "beta ",
        "gamma",
        "K",
    ),
    *("in ", "42", " of", "abb", "cdd", "!", "the quick ", "word ", "[EMAIL_K7Q2M9XA]", "\\n", "=", "/", "\x00"),
]


def streamed(compiled: Compiled, text: bytes, cuts: list[int]) -> list[Match]:
    """Feed the text cut there; check on the way what `Progress` promises."""
    stream = compiled.stream()
    found: list[Match] = []
    edges = [0, *sorted({cut % (len(text) + 1) for cut in cuts}), len(text)]
    settled = 0
    for start, end in pairwise(edges):
        progress = stream.feed(text[start:end])
        assert settled <= progress.settled <= end
        for match in progress.matches:
            assert settled <= match.start < match.end <= progress.settled
        settled = progress.settled
        found += progress.matches
    progress = stream.flush()
    assert progress.settled == len(text)
    return [*found, *progress.matches]


TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(lambda parts: "".join(parts).encode())
CUTS = st.lists(st.integers(0, 400), max_size=40)


@given(text=TEXTS, cuts=CUTS)
@settings(max_examples=200, deadline=None)
def test_any_cut_finds_what_the_whole_holds(text: bytes, cuts: list[int]) -> None:
    assert streamed(BUILTIN, text, cuts) == list(BUILTIN.scan(text))


@given(text=TEXTS, cuts=CUTS)
@settings(max_examples=200, deadline=None)
def test_any_cut_also_with_rules_of_any_kind(text: bytes, cuts: list[int]) -> None:
    assert streamed(WITH_RULES, text, cuts) == list(WITH_RULES.scan(text))


WHOLE = [
    ("AKIA" + "Q3EGVTK5" + "7ZW2PLXN", "secret/aws-access-key-id"),
    ("my card 4111 1111 " + "1111 1111 ok", "pii/card"),
    (
        "-----BEGIN PRIVATE KEY-----\n" + "MIIEvAIBADANBgkqhkiG9w0BAQEFAASC\nabc=\n" + "-----END PRIVATE KEY-----\n",
        "secret/private-key",
    ),
    ("password: " + "Kd83Jsk9x\n", "secret/password-bare"),
    ("born on 12 March " + "1980.", "pii/birth-date"),
    ("GB82 WEST 1234 " + "5698 7654 32 end", "pii/iban"),
]


@pytest.mark.parametrize(("text", "detector"), WHOLE)
def test_byte_by_byte(text: str, detector: str) -> None:
    data = text.encode()
    found = streamed(BUILTIN, data, list(range(len(data))))
    assert found == list(BUILTIN.scan(data))
    assert detector in {match.detector for match in found}


def test_on_prose_about_the_last_word_waits() -> None:
    data = (PROSE * 3).encode()
    stream = BUILTIN.stream()
    held = [at + len(data[at : at + 4]) - stream.feed(data[at : at + 4]).settled for at in range(0, len(data), 4)]
    assert median(held) <= 6
    assert sorted(held)[len(held) * 99 // 100] <= 20


def test_a_keyword_alone_holds_nothing_back() -> None:
    stream = BUILTIN.stream()
    assert stream.feed(b"your password is: ").settled == 18


@pytest.mark.parametrize("step", [1000, 70_000, 1_000_000])
def test_a_value_longer_than_the_longest_is_reported_while_it_goes_on(step: int) -> None:
    body = ("\n" + "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQC7" * 2) * (5 * LONGEST // 105)
    data = f"see -----BEGIN PRIVATE KEY-----{body}? Then mail jane@example.org now".encode()
    found = streamed(BUILTIN, data, list(range(0, len(data), step)))
    assert found == list(BUILTIN.scan(data))
    assert found[-1].detector == "pii/email"


def test_the_buffer_is_bounded() -> None:
    stream = BUILTIN.stream()
    fed = 0
    for _ in range(60):
        fed += 10_000
        progress = stream.feed(b"A" * 10_000)
        assert fed - progress.settled <= 2 * LONGEST + 10_000


def test_a_rule_that_cannot_be_read_holds_everything_but_no_more_than_the_longest() -> None:
    compiled = Compiled([Detector("rule/odd", "X", r"a(?P<n>b)\pL" + "(" * 120 + "c" + ")" * 120)])
    stream = compiled.stream()
    assert stream.feed(b"words").settled == 0
    assert stream.feed(b"w" * LONGEST).settled > 0
    assert streamed(compiled, b"..ab" + "é".encode() + b"c..", [3, 5]) == list(compiled.scan(b"..ab\xc3\xa9c.."))

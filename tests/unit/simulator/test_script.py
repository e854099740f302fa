from collections.abc import Callable
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.simulator.ask import Ask
from sidecar.simulator.reply import Cut, Delivery, Reply, Say, Think, Use, Whole
from sidecar.simulator.script import load_script, read_script

Make = Callable[..., Ask]
TOOLS = [{"name": "Bash"}]
SCRIPT = """
turns:
  - match: (?i)list
    reply:
      - {think: They want a list.}
      - {redacted: true}
      - {tool: Bash, input: {command: "ls", n: 1}}
      - {text: Done., citations: [{type: x}]}
      - {block: {type: mystery, x: 1}}
    stop: end_turn
    slow: 0.1
    stall: 2
    pace: 1
    cut: close
    error: 500
    encoding: br
    sizes: [3, 1]
    wire: 7
    pings: 0
    unknown: true
  - {match: flaky, status: 529, message: Not now., times: 2, final: true}
  - {match: wait, status: 429, retry_after: "9"}
  - {reply: [{text: whatever}]}
  - {match: always, times: 0, reply: [{text: again}]}
"""


def test_everything_that_can_be_said(make_ask: Make) -> None:
    reply = read_script(SCRIPT, "s.yaml")(make_ask("LIST it"))
    assert reply == Reply(
        (
            Think("They want a list."),
            Think("", redacted=True),
            Use("Bash", '{"command": "ls", "n": 1}'),
            Say("Done.", ({"type": "x"},)),
            Whole({"type": "mystery", "x": 1}),
        ),
        stop="end_turn",
        delivery=Delivery(0.1, 2, 1, Cut.CLOSE, 500, "br", (3, 1), 7, 0, True),
    )


def test_failures(make_ask: Make) -> None:
    script = read_script(SCRIPT, "s.yaml")
    flaky = [script(make_ask("flaky")) for _ in range(3)]
    assert [(reply.failure.status, reply.failure.message) for reply in flaky[:2]] == [(529, "Not now.")] * 2
    assert flaky[0].failure.headers["x-should-retry"] == "false"
    assert flaky[2] is None
    assert script(make_ask("wait")).failure.headers["retry-after"] == "9"


@pytest.mark.parametrize(
    ("prompts", "answers", "note"),
    [
        (["always", "always"], ["whatever", "again"], "the first that fits, while it lasts"),
        (["x", "x"], ["whatever", None], "once, unless it says otherwise"),
        (["x", "always", "always", "always"], ["whatever", "again", "again", "again"], "0 times is for ever"),
    ],
)
def test_order_and_times(prompts: list[str], answers: list[str | None], note: str, make_ask: Make) -> None:
    script = read_script(SCRIPT, "s.yaml")
    replies = [script(make_ask(prompt, tools=TOOLS)) for prompt in prompts]
    assert [reply.parts[0].text if reply else None for reply in replies] == answers, note


def test_a_turn_without_match_leaves_an_agents_small_requests_alone(make_ask: Make) -> None:
    script = read_script(SCRIPT, "s.yaml")
    assert script(make_ask("a title please")) is None
    assert script(make_ask("a title please", tools=TOOLS)) is not None


@pytest.mark.parametrize(
    ("text", "mistakes", "note"),
    [
        ("turns: []", ["1: turns:"], "no turns"),
        (
            "turns:\n  - {reply: [{text: a, think: b}]}",
            ["2: turns.0.reply.0: needs exactly one of"],
            "two in one block",
        ),
        ("turns:\n  - {reply: [{txt: a}]}", ["2: turns.0.reply.0.txt: unknown key"], "an unknown block"),
        ("turns:\n  - {match: '('}\n  - {status: 7}", ["2: turns.0:", "3: turns.1:"], "two mistakes at once"),
        (
            "turns:\n  - match: '('\n    reply: [{text: a}]",
            ["2: turns.0: match is not a regular"],
            "a wrong expression",
        ),
        ("turns:\n  - {reply: [{block: {x: 1}}]}", ["2: turns.0.reply.0: block.type"], "a block of no type"),
        ("turns:\n  - {stop: x}", ["2: turns.0: needs a reply or a status"], "nothing to answer"),
        ("turns:\n  - {reply: [{text: a}], slow: -1}", ["2: turns.0.slow:"], "a wait into the past"),
        ("turns: *x", ["1:"], "no YAML"),
    ],
)
def test_mistakes_have_lines(text: str, mistakes: list[str], note: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_script(text, "s.yaml")
    said = str(caught.value).splitlines()
    assert [a.startswith(f"s.yaml:{b}") for a, b in zip(said, mistakes, strict=False)].count(True) == len(mistakes), (
        said
    )


def test_files(tmp_path: Path, make_ask: Make) -> None:
    (tmp_path / "s.yaml").write_text(SCRIPT)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff")
    assert load_script(tmp_path / "s.yaml")(make_ask("list")) is not None
    for name, why in {"none.yaml": "No such file", "bytes.yaml": "not UTF-8", ".": "Is a directory"}.items():
        with pytest.raises(ConfigurationError, match=why):
            load_script(tmp_path / name)

"""The card of a held tool call: what would run, the risky part marked; what it would do; what the agent did before."""

import json

import pytest

from sidecar.core.approval.asked import Asked, Excerpt
from sidecar.core.exchange import events as e
from sidecar.core.exchange.card import MOST_CONTENT, MOST_EARLIER, MOST_KEPT
from sidecar.core.model.http import ResponseHead
from sidecar.core.understand.understand import understand
from tests.unit.core.exchange.building import JSON, KEY, MAIL, SSE, Call, request
from tests.unit.core.exchange.calling import RULES, calling, reply, streamed, use
from tests.unit.core.exchange.held import question
from tests.unit.core.exchange.test_card import marked

BOTH = pytest.mark.parametrize("stream", [True, False])
DESTROYS = "\n  - {id: asks, effect: [destroys_data], do: hold}\n"
WORDS = "\n  - {id: asks, where: [tool_call], match: {keywords: [zephyr]}, do: hold}\n"


def asked(*blocks: object, rules: str = DESTROYS, stream: bool = True, said: object = ("hi",)) -> Asked:
    """What people are asked about an answer to a conversation."""
    call = Call(calling(rules, understand=understand)).ask(request(*said, stream=stream)).recorded()  # type: ignore[misc]
    call.tell(e.ResponseStarted(ResponseHead(200, SSE if stream else JSON), call.at))
    whole = streamed(*blocks) if stream else json.dumps(reply(*blocks)).encode()  # type: ignore[arg-type]
    call.tell(e.ResponseChunk(whole, call.at, end=True))
    return question(call.recorded().said)


def tool(name: str, given: object) -> dict[str, object]:
    return {**use("", name=name), "input": given}


class TestMarks:
    @pytest.mark.parametrize(
        ("command", "risky"),
        [
            ("cd /srv && rm -rf data; ls", ["rm -rf data"]),
            ("ls", []),
            ('echo "na\u00efve \U0001f600"; rm -rf /srv/a; ls; rm -fr /srv/b', ["rm -rf /srv/a", "rm -fr /srv/b"]),
            ("psql -c 'DELETE FROM users'", ["psql -c 'DELETE FROM users'"]),
        ],
    )
    def test_what_does_the_effect_that_the_rule_names(self, command: str, risky: list[str]) -> None:
        rules = DESTROYS + "  - {id: every, where: [tool_call], match: {tool: Bash}, do: hold}\n"
        card = asked(tool("Bash", {"description": "x", "command": command}), rules=rules)
        assert card.rule == ("asks" if risky else "every")
        given = card.content[0]
        assert given.text == f"description: x\ncommand: {command}"
        assert marked(given) == risky

    def test_a_mark_covers_the_placeholder_in_it(self) -> None:
        given, would = asked(tool("Bash", {"command": f"echo {MAIL}; rm -rf /srv/{MAIL} && true"})).content
        (mark,) = marked(given)
        assert mark.startswith("rm -rf /srv/[EMAIL_")
        assert mark.endswith("]")
        assert MAIL not in given.text + would.text

    def test_in_sql_the_statement(self) -> None:
        given, would = asked(tool("mcp__postgres__query", {"sql": "SELECT 1; DROP TABLE users"})).content
        assert marked(given) == ["DROP TABLE users"]
        assert any(line.startswith("destroys_data: ") for line in marked(would))

    def test_code_is_shown_and_nothing_in_it_is_marked_by_the_places_of_its_literals(self) -> None:
        given, would = asked(tool("python", {"code": "import os; os.system('rm -rf /srv')"})).content
        assert marked(given) == []
        assert marked(would) == ["destroys_data: rm -r /srv"]

    def test_where_the_rule_counts_what_nobody_could_read(self) -> None:
        given, would = asked(tool("Bash", {"command": "ls; eval $X"})).content
        assert marked(given) == []
        assert marked(would)
        assert all(line.startswith("not understood: ") for line in marked(would))

    def test_a_text_that_the_rule_minds_is_marked_where_it_stands(self) -> None:
        (given,) = asked(tool("Bash", {"command": "echo zephyr"}), rules=WORDS).content
        assert given.text == "command: echo zephyr"
        assert marked(given) == ["zephyr"]
        assert given.marks[0].rule == "asks"

    def test_one_that_does_not_stand_there_as_it_is_has_a_text_of_its_own(self) -> None:
        given, *_, minded = asked(tool("mcp__x__get", {"names": ["a zephyr"]}), rules=WORDS).content
        assert given.text == 'names: ["a zephyr"]'
        assert marked(given) == []
        assert (minded.text, marked(minded)) == ("a zephyr", ["zephyr"])

    def test_no_more_than_a_person_reads(self) -> None:
        names = [f"zephyr {number}" for number in range(30)]
        content = asked(tool("mcp__x__get", {"names": names}), rules=WORDS).content
        assert len(content) == MOST_CONTENT
        assert content[-1].text == f"{30 - (MOST_CONTENT - 3)} more texts are not shown here."


def told(parts: tuple[Excerpt, ...]) -> list[tuple[str, str]]:
    return [(part.title, part.text) for part in parts]


def result(text: str) -> list[dict[str, object]]:
    return [{"type": "tool_result", "tool_use_id": "toolu_0", "content": text}]


EARLIER = [{"type": "text", "text": f"I ask {MAIL}."}, {**use("ls"), "id": "toolu_0"}]


class TestBefore:
    @BOTH
    def test_the_turns_before_and_what_the_model_said_first(self, stream: bool) -> None:
        text, other, call = {"type": "text", "text": f"Now with {KEY}:"}, use("ls", id="toolu_1"), use("rm -rf x")
        behind = {"type": "text", "text": "Behind it."}
        card = asked(text, other, call, behind, stream=stream, said=("Clean up", EARLIER, result(f"two of {KEY}")))
        shown = told(card.before)
        assert [title for title, _ in shown] == ["Assistant", "Tool Bash", "Result of Bash", "Assistant", "Tool Bash"]
        assert (shown[1][1], shown[4][1]) == ("command: ls", "command: ls")
        assert [shown[at][1].partition("[")[0] for at in (0, 2, 3)] == ["I ask ", "two of ", "Now with "]
        for secret in (KEY, MAIL, "Behind it."):
            assert secret not in repr(shown)

    def test_what_a_person_wanted_last(self) -> None:
        card = asked(use("rm -rf x"), said=("One", "Two", "Tidy up, please"))
        assert told(card.before) == [("Assistant", "Two"), ("Prompt", "Tidy up, please")]

    def test_no_more_than_a_person_reads(self) -> None:
        said = [f"turn {number}" for number in range(41)]
        shown = told(asked(use("rm -rf x"), said=tuple(said)).before)
        assert len(shown) == MOST_EARLIER
        assert shown[-1] == ("Prompt", "turn 40")

    def test_a_text_that_is_too_long_to_be_kept_says_so(self) -> None:
        said = ("One", EARLIER, result("x" * (MOST_KEPT + 1)))  # and the seven characters of its identifier
        before = asked(use("rm -rf x"), said=said).before
        assert before[-1].text == f"[… a text of {MOST_KEPT + 8} characters is not shown here …]"

    def test_where_nobody_can_be_asked_nothing_is_kept(self) -> None:
        for rules, kept in ((RULES, True), ("\n  - {id: d, effect: [destroys_data], do: deny}\n", False)):
            call = Call(calling(rules)).ask(request("hi")).recorded().answered(reply(use("ls")))
            assert bool(call.exchange._course.current().context.before) is kept

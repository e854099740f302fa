"""The whole promise at once: ten turns of a real agent, with tools, thinking and secrets everywhere."""

import json
from collections.abc import Callable

from tests.agent.session import Session, Turn
from tests.gate import Gate
from tests.planted import Planted, leaked

MakeSession = Callable[..., Session]
TURNS = 10


def lines(planted: tuple[Planted, ...]) -> str:
    return "\n".join(one.line for one in planted)


def row(planted: tuple[Planted, ...]) -> str:
    return "; ".join(one.line for one in planted)


def tool(name: str, **given: object) -> str:
    return f"[[tool:{name} {json.dumps(given)}]]"


async def ten_turns(session: Session, secrets: tuple[Planted, ...]) -> list[Turn]:
    """Every secret comes by in a prompt, in a file and in what a tool prints; some also in thinking and tool inputs."""
    flat = tuple(one for one in secrets if "\n" not in one.line)
    some, mail = flat[:6], next(one for one in secrets if one.name == "mail")
    (session.work / "settings.env").write_text(lines(secrets) + "\n")
    file, copy = str(session.work / "settings.env"), str(session.work / "copy.txt")
    return [
        await session.tell(f"Good morning. These are our settings:\n{lines(secrets)}\n[[echo]]"),
        await session.tell(
            f"[[think]][[wire:7]]{tool('Read', file_path=file)}[[then]][[think]][[say:I have read it.]]"
        ),
        await session.tell(f"[[think:They want {some[0].value} used.]]{tool('Bash', command='cat settings.env')}"),
        await session.tell(f"[[chunk:1]]{tool('Write', file_path=copy, content=row(some))}[[then]][[say:Written.]]"),
        await session.tell(f"[[gzip]]{tool('Bash', command='wc -l copy.txt')}{tool('Read', file_path=copy)}"),
        await session.tell(
            f"[[think:{some[1].line}]][[say:one]][[think:two]][[say:Two: {some[2].line}, {mail.value}.]]"
        ),
        await session.tell("[[redacted]][[zstd]][[chunk:2]][[say:Nothing to see  \n]]"),
        await session.tell("Please make me a key."),
        await session.tell(f'[[unknown]][[block:{{"type": "oddity", "note": "{mail.value}"}}]][[say:odd]]'),
        await session.tell(f"[[think]]And at the end: {lines(some)}\n[[echo]]"),
    ]


async def test_ten_turns(gate: Gate, session: MakeSession, secrets: tuple[Planted, ...]) -> None:
    reached = gate.mark()
    complaints = gate.report()["complaints"]
    async with session(system=f"The office is reached at {secrets[-1].line}.") as agent:
        turns = await ten_turns(agent, secrets)
        copied = (agent.work / "copy.txt").read_text()

    assert [turn.ok() for turn in turns] == [True] * TURNS, [turn.text() for turn in turns if not turn.ok()]
    assert_the_agent_saw_its_own_values(gate, turns, copied, secrets)
    assert_the_past_never_changed(gate, turns, complaints)
    arrived = gate.arrived(reached())
    out = {one.name for one in secrets if leaked(one, arrived)}
    assert out == (set() if gate.masks else {one.name for one in secrets})


def assert_the_agent_saw_its_own_values(
    gate: Gate, turns: list[Turn], copied: str, secrets: tuple[Planted, ...]
) -> None:
    flat = tuple(one for one in secrets if "\n" not in one.line)
    assert lines(secrets) in turns[0].text()
    assert all(one.value in turns[1].results[0] for one in flat)
    assert flat[0].value in turns[2].thoughts[0]
    assert all(one.value in turns[2].text() for one in flat), "what the tool printed, told again by the model"
    assert copied == row(flat[:6]), "a tool got real values"
    assert len(turns[4].results) == 2
    assert flat[1].line in turns[5].thoughts[0]
    assert flat[2].line in turns[5].texts[1]
    assert lines(flat[:6]) in turns[9].text()
    assert (gate.made_up in turns[7].text()) is not gate.masks, "what the model made up is masked on its way to us"


def assert_the_past_never_changed(gate: Gate, turns: list[Turn], before: object) -> None:
    report = gate.report()
    assert report["complaints"] == before
    assert int(str(report["signatures_checked"])) > 3 * TURNS
    assert int(str(report["answers_replayed"])) > 3 * TURNS
    used = [turn.end.usage for turn in turns if turn.end]
    assert all(usage["cache_read_input_tokens"] > 5 * usage["cache_creation_input_tokens"] for usage in used[1:]), used

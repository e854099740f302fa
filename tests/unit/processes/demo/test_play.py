"""What the simulated model says to which prompt, turn by turn."""

import pytest

from sidecar.processes.demo import play
from sidecar.processes.demo.planted import planted
from sidecar.simulator.ask import Ask, read_ask
from sidecar.simulator.reply import Say, Think, Use

PLANTED = planted()
SPEAK = play.performed(PLANTED)


def ask(prompt: str, *results: str) -> Ask:
    """The request after so many tools have answered."""
    messages: list[dict[str, object]] = [{"role": "user", "content": prompt}]
    for at, result in enumerate(results):
        use = {"type": "tool_use", "id": f"t{at}", "name": "Bash", "input": {}}
        messages.append({"role": "assistant", "content": [use]})
        back = {"type": "tool_result", "tool_use_id": f"t{at}", "content": result}
        messages.append({"role": "user", "content": [back]})
    return read_ask({"model": "m", "max_tokens": 1, "messages": messages})


@pytest.mark.parametrize(
    ("asked", "kinds", "note"),
    [
        (ask("Good morning."), None, "what nobody rehearsed"),
        (ask(f"{play.MAKE_A_TOKEN}."), [Say], "one answer"),
        (ask(f"{play.MAKE_A_TOKEN}.", "x"), None, "and no second one"),
        (ask(f"{play.CLEAN_UP}."), [Say, Use], "words and a command"),
        (ask(f"{play.PUT_AWAY}.", "no", "done"), [Say], "the end of another way"),
        (ask(f"{play.DEPLOY} 7."), [Use], "a command"),
        (ask(f"{play.LOOK_UP}.", "x"), [Say, Use], "the second tool"),
        (ask(f"{play.READ_SETTINGS}."), [Think, Use], "a tool"),
        (ask(f"{play.READ_SETTINGS}.", "contact: x"), [Think, Use], "another"),
        (ask(f"{play.READ_SETTINGS}.", "contact: x", ""), [Think, Say], "the end"),
    ],
)
def test_turns(asked: Ask, kinds: list[type] | None, note: str) -> None:
    reply = SPEAK(asked)
    assert (reply and [type(part) for part in reply.parts]) == kinds, note


@pytest.mark.parametrize("contact", ["[EMAIL_K7Q2]", "ada@planted-mail.com"])
def test_the_model_works_with_what_it_was_given(contact: str) -> None:
    reply = SPEAK(ask(f"{play.READ_SETTINGS}.", f"name: orders\ncontact: {contact}\n"))
    assert reply is not None
    assert isinstance(use := reply.parts[1], Use)
    assert f"'{contact}'" in use.input


@pytest.mark.parametrize(("result", "says"), [("deployed", play.DEPLOYED), ("No such tool", "It did not run.")])
def test_it_says_that_it_is_live_only_if_it_is(result: str, says: str) -> None:
    reply = SPEAK(ask(f"{play.DEPLOY} 7.", result))
    assert reply is not None
    assert reply.parts == (Say(says),)


def test_what_is_said_over_time_has_time_in_it() -> None:
    for words in (play.MAKE_A_TOKEN, play.TELL_A_STORY):
        reply = SPEAK(ask(words))
        assert reply is not None
        assert reply.delivery.pace > 0

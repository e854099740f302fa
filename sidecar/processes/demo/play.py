"""What the simulated model says in the tour.

Strategy: a table from words of a prompt to what is answered turn by turn; a prompt that has none of them is answered
with what reached the model, so that the agent's reader sees it too.

Rule: the model works with what it was given. An address that it writes into a file is the one that stood in the
tool's result, whether that is a placeholder or not.
"""

import json
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from sidecar.processes.demo.planted import Planted
from sidecar.simulator.answer import Scripted
from sidecar.simulator.ask import Ask
from sidecar.simulator.reply import Delivery, Part, Reply, Say, Think, Use

CONTACT = re.compile(r"(?m)^contact: *(\S+)")
# As a model of today speaks: some three characters at a time, fifty times a second.
SPOKEN = Delivery(sizes=(3, 4, 2, 5), pace=0.02)
SLOWLY = Delivery(sizes=(8,), pace=0.1)

MAKE_A_TOKEN = "Make me a deploy token"  # noqa: S105  (a prompt)
TELL_A_STORY = "Tell me a long story"
CLEAN_UP = "Clean up the old builds"
WHAT_IS_LEFT = "What is left"
READ_SETTINGS = "Read settings.txt"
COUNT_LINES = "How many lines"
SAY_THANKS = "Thank you"
PUT_AWAY = "Put the old reports away"
DEPLOY = "Deploy build"
DEPLOYING = "./deploy.sh 7 production"
DEPLOYED = "Build 7 is live."
LOOK_UP = "Look up the ticket"
TICKETS = "mcp__tickets__"
STORY_END = "and so they all lived on behind the gate."
STORY = "Once upon a time there was an agent who told everybody everything. " * 8 + STORY_END


def performed(planted: Planted) -> Scripted:
    """The model of a tour with these values."""
    table = _table(planted)

    def speak(ask: Ask) -> Reply | None:
        prompt, at = ask.prompt(), ask.turns_since_prompt()
        turns = next((turns for words, turns in table.items() if words in prompt), ())
        return turns[at](ask) if at < len(turns) else None

    return speak


def _table(planted: Planted) -> Mapping[str, tuple[Callable[[Ask], Reply], ...]]:
    token = (
        f"Here is a fresh one for the build: {planted.said.value}. It is good for a day, so keep it safe until then."
    )
    return MappingProxyType(
        {
            MAKE_A_TOKEN: (lambda _: Reply((Say(token),), delivery=SPOKEN),),
            TELL_A_STORY: (lambda _: Reply((Say(STORY),), delivery=SLOWLY),),
            CLEAN_UP: (
                lambda _: Reply((Say("I remove the folder."), _use("Bash", {"command": "rm -rf builds"}))),
                lambda _: Reply((Say("It is gone."),)),
            ),
            WHAT_IS_LEFT: (
                lambda _: Reply((_use("Bash", {"command": "ls"}),)),
                lambda ask: Reply((Say(f"Here is: {' '.join(ask.results()).strip()}"),)),
            ),
            PUT_AWAY: (
                lambda _: Reply((Say("I remove them."), _use("Bash", {"command": "rm --recursive --force reports"}))),
                lambda _: Reply((Say("Then otherwise."), _use("Bash", {"command": "mkdir trash && mv reports trash"}))),
                lambda _: Reply((Say("The reports are in trash now."),)),
            ),
            READ_SETTINGS: (
                _tool("I should look at the file first.", "Bash", lambda _: {"command": "cat settings.txt"}),
                _tool("The contact goes into a file of its own.", "Bash", _copied),
                lambda _: Reply((Think("Both are done."), Say("The contact is in contact.txt now."))),
            ),
            COUNT_LINES: (
                _tool("That is quickly counted.", "Bash", lambda _: {"command": "wc -l < settings.txt"}),
                lambda ask: Reply((Think("That was it."), Say(f"It has {''.join(ask.results()).strip()} lines."))),
            ),
            DEPLOY: (
                lambda _: Reply((_use("Bash", {"command": DEPLOYING}),)),
                lambda ask: Reply((Say(DEPLOYED if "deployed" in " ".join(ask.results()) else "It did not run."),)),
            ),
            LOOK_UP: (
                lambda _: Reply((_use(f"{TICKETS}find", {"words": "printer"}),)),
                lambda _: Reply((Say("Now I tidy up."), _use(f"{TICKETS}drop_all", {}))),
                lambda _: Reply((Say("The printer's ticket is found; the others stay."),)),
            ),
            SAY_THANKS: (lambda _: Reply((Think("They are content."), Say("You are welcome."))),),
        }
    )


def _tool(thought: str, name: str, given: Callable[[Ask], Mapping[str, object]]) -> Callable[[Ask], Reply]:
    def turn(ask: Ask) -> Reply:
        parts: tuple[Part, ...] = (Think(thought), _use(name, given(ask)))
        return Reply(parts)

    return turn


def _use(name: str, given: Mapping[str, object]) -> Use:
    return Use(name, json.dumps(given))


def _copied(ask: Ask) -> Mapping[str, object]:
    found = CONTACT.search("\n".join(ask.results()))
    return {"command": f"echo '{found[1] if found else 'nobody'}' > contact.txt"}

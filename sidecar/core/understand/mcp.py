"""Tools whose names say nothing: an MCP tool is read by the names of its arguments.

Strategy: arguments are walked, lists and objects within them too; each name that is known picks a reader. The verb in
the tool's own name is read beside them.

Rules:
- Every argument that fits counts, not only the first.
- A tool whose name has no verb that is known, and whose arguments are no command, SQL, address or code, is unknown: a
  path alone does not tell what is done with it.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from sidecar.core.model.described import NOTHING_DESCRIBED, Own, as_tool
from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand.arguments import LONGEST_ACTION, PARSED, TELL, WORDS, foreign, reader_of, says_what
from sidecar.core.understand.described_tool import NOTHING_SAID, Said
from sidecar.core.understand.several import LEFT_OUT, readable
from sidecar.core.understand.tool_name import revealed, verbs_of

Input = Mapping[str, object]
# Arguments of real tools are a dozen, two or three deep.
MOST_ARGUMENTS = 200


def by_arguments(
    tool: str,
    input: Input,
    *,
    described: bool = False,
    own: Own = NOTHING_DESCRIBED,
    said: Said = NOTHING_SAID,
    name: str = "",
) -> Understood:
    """`described`: another reader knows this tool, so that nothing found here is not unknown. `said`: what policies
    say of it; where they name it, that takes the place of what its name says. `name`: as rules know it."""
    every = list(islice(_leaves(input, ""), MOST_ARGUMENTS + 1))
    leaves = _readable(every[:MOST_ARGUMENTS])
    asked = (value for name, value in leaves if says_what(name) and isinstance(value, str))
    by_name = said.effects if said.exact else verbs_of(tool)
    shown = () if said.exact else revealed(tool)
    verbs = tuple(dict.fromkeys([*by_name, *(verb for value in asked for verb in verbs_of(value[:LONGEST_ACTION]))]))
    read = [
        (reader, part)
        for name, value in leaves
        if (reader := reader_of(name)) and (part := reader(value, verbs, tool, input, own))
    ]
    read += [
        (foreign, part)
        for name, value in leaves
        if Effect.RUNS_CODE in verbs and reader_of(name) is None and (part := foreign(value))
    ]
    parts = [part for _, part in read]
    thing = Object(Thing.RESOURCE, tool)
    spoken = [effect for effect in (*verbs, *shown) if not (said.exact and effect in said.effects)]
    deeds = (*said.deeds(thing), *(Deed(effect, tool, (thing,)) for effect in spoken))
    unread = [*said.unread, *(word for part in parts for word in part.unread)]
    if len(every) > MOST_ARGUMENTS:
        unread.append(f"more than {MOST_ARGUMENTS} arguments")
    elif len(leaves) < len(every):
        unread.append(LEFT_OUT)
    told = any(reader in TELL or part.effects - {Effect.READS} or part.unread for reader, part in read)
    if not (spoken or told or described or said.sure):
        unread.append(f"a tool that nobody described: {tool}; {as_tool(name or tool)}")
    notes = tuple(Node(note) for note in said.notes)
    return Understood(Node(tool, deeds, (*notes, *(part.tree for part in parts))), tuple(dict.fromkeys(unread)))


def _readable(leaves: list[tuple[str, object]]) -> list[tuple[str, object]]:
    """Up to the first text of another language that is one too many."""
    texts = [(at, str(value)) for at, (name, value) in enumerate(leaves) if reader_of(name) in PARSED]
    most = readable([text for _, text in texts])
    return leaves if most == len(texts) else leaves[: texts[most][0]]


def _leaves(value: object, name: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    """Every argument by its name, within lists and objects too. A list of words stays one argument."""
    if isinstance(value, Mapping) and depth < 8:
        for key, inner in value.items():
            yield from _leaves(inner, str(key), depth + 1)
    elif isinstance(value, list) and depth < 8 and not (reader_of(name) in WORDS and _all_text(value)):
        for inner in value:
            yield from _leaves(inner, name, depth + 1)
    elif name:
        yield name, value


def _all_text(value: list[object]) -> bool:
    return all(isinstance(one, str) for one in value)

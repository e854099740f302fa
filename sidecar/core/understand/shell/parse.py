"""Text to a syntax tree, or the reason why not.

Strategy: tree-sitter's bash grammar. It never fails, so what it could not place shows as error nodes, and anything but
white space between two leaves was skipped by it.

Rules:
- Measured: ordinary text costs a microsecond a byte, hostile text ten. So the size is bounded, and the parser's own
  progress is counted: a text that makes it work without end is given up, the same way on every machine.
"""

from dataclasses import dataclass

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

BASH = Language(tree_sitter_bash.language())
# Ordinary text of this size is read in some 30 ms; nobody types a longer command.
LARGEST = 24_000
# Calls of the parser's progress callback, one each hundred operations: 20 times what ordinary text of the largest size
# needs.
MOST_WORK = 40_000
# Python's own stack carries about 1000 calls; a step of the walk takes up to six.
DEEPEST = 90


@dataclass(frozen=True, slots=True)
class Source:
    """The text, its bytes and its tree. `whole`: the tree accounts for every byte."""

    text: str
    raw: bytes
    root: Node
    whole: bool

    def of(self, node: Node) -> str:
        return self.raw[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def span(self, node: Node) -> tuple[int, int]:
        """A node's place in characters."""
        if len(self.raw) == len(self.text):
            return node.start_byte, node.end_byte
        start = len(self.raw[: node.start_byte].decode("utf-8", "replace"))
        return start, start + len(self.of(node))


def parse(text: str) -> Source | str:
    """The tree, or in words why there is none."""
    if len(text) > LARGEST:
        return f"longer than {LARGEST} characters"
    if any(letter in text for letter in "\x00\ue000\ue001\ue002\ue003\ue004"):
        return "characters that no command holds"
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        return "not text"
    root = _tree(raw)
    if root is None:
        return "too tangled to parse"
    deep, gaps = _survey(root, raw)
    if deep > DEEPEST:
        return f"nested deeper than {DEEPEST} levels"
    return Source(text, raw, root, not gaps and not root.has_error)


def _tree(raw: bytes) -> Node | None:
    work = 0

    def given_up(*_: object) -> bool:
        nonlocal work
        work += 1
        return work > MOST_WORK

    try:
        # A new parser each time: after giving up, an old one would go on where it stopped.
        return Parser(BASH).parse(lambda at, _: raw[at : at + 65_536], progress_callback=given_up).root_node
    except ValueError:
        return None


def _survey(root: Node, raw: bytes) -> tuple[int, bool]:
    """How deep the tree is, and whether it leaves out anything but white space and folded lines."""
    cursor = root.walk()
    depth = deepest = end = 0
    gaps = False
    while True:
        if cursor.goto_first_child():
            depth += 1
            deepest = max(deepest, depth)
            continue
        leaf = cursor.node
        if leaf is not None:
            gap = raw[end : leaf.start_byte]
            # The grammar forgets a lone dash before a here-document: standard input, which is what follows.
            forgotten = gap.strip() == b"-" and leaf.type in {"<<", "<<-"}
            gaps = gaps or (not forgotten and _says_something(gap))
            end = max(end, leaf.end_byte)
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return deepest, gaps or _says_something(raw[end:])
            depth -= 1


def _says_something(gap: bytes) -> bool:
    return bool(gap) and bool(gap.replace(b"\\\r\n", b"").replace(b"\\\n", b"").strip())

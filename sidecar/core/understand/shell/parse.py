"""Text to a syntax tree, or the reason why not.

Strategy: tree-sitter's bash grammar. It never fails, so what it could not place shows as error nodes, and anything but
white space between two leaves was skipped by it.

Rules:
- Ordinary text costs half a microsecond a byte. Hostile text costs by its square: at each error the grammar looks
  ahead to the end. So the text is handed over in small pieces, and the pieces are counted, again and again handed out
  ones too: too many, and the text is given up, the same way on every machine.
- The grammar is handed plain ASCII, byte for byte. Its scanner looks a letter up in a table that ends at 255, so that
  `{` before an emoji reads foreign memory, and a letter cut in two at the end of a piece reads none at all: both end
  the process. What it takes for a space or a letter would also hang on the locale. All other letters look alike to it,
  so that the words of here-documents, the only ones that it compares, must be ASCII.
- The pieces are handed over in a buffer that is used again and again: the binding never lets go of what it was handed.
"""

import re
from dataclasses import dataclass

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

BASH = Language(tree_sitter_bash.language())
# A long here-document of this size is read in some 10 ms; nobody types a longer command.
LARGEST = 100_000
PIECE = 512
# Pieces handed out: ordinary text of the largest size needs some 400; 1,500 take 25 ms.
MOST_PIECES = 1_500
# Calls of the parser's progress callback, one each hundred operations: 1,000 take 50 ms.
MOST_WORK = 1_000
# A pipeline without an end costs by its square, unseen by both: 1,000 take 50 ms.
MOST_PIPES = 1_000
# A letter that no grammar knows; those of more than one byte become as many of it.
_PLAIN = bytes(byte if byte < 0x80 else 0x7F for byte in range(256))
_HEREDOC_WORDS = {"heredoc_start", "heredoc_end"}
# Buffers that no parser uses now, for any thread to take.
_SPARE: list[bytearray] = []
_PIPE = re.compile(r"(?<!\|)\|(?!\|)")
# What stands between most leaves.
_BETWEEN = frozenset({b"", b" ", b"\n"})
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
    if len(_PIPE.findall(text)) > MOST_PIPES:
        return "too tangled to parse"
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
    """Nothing, where it takes too long. A new parser each time: one that gave up would go on where it stopped."""
    work = pieces = 0
    plain = raw.translate(_PLAIN)
    lent = _SPARE.pop() if _SPARE else bytearray()

    def piece(at: int, _: object) -> bytearray:
        nonlocal pieces
        pieces += 1
        lent[:] = plain[at : at + PIECE] if pieces <= MOST_PIECES else b""
        return lent

    def given_up(*_: object) -> bool:
        nonlocal work
        work += 1
        return work > MOST_WORK or pieces > MOST_PIECES

    try:
        root = Parser(BASH).parse(piece, progress_callback=given_up).root_node
    except ValueError:
        return None
    finally:
        _SPARE.append(lent)
    return None if pieces > MOST_PIECES else root


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
            start = leaf.start_byte
            gap = raw[end:start] if start > end else b""
            # The grammar forgets a lone dash before a here-document: standard input, which is what follows.
            if not (gaps or gap in _BETWEEN):
                forgotten = gap.strip() == b"-" and leaf.type in {"<<", "<<-"}
                gaps = not forgotten and _says_something(gap)
            gaps = gaps or _unlike(leaf, raw)
            end = max(end, leaf.end_byte)
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return deepest, gaps or _says_something(raw[end:])
            depth -= 1


def _unlike(leaf: Node, raw: bytes) -> bool:
    """Whether it is a word of a here-document whose letters the grammar could not tell apart."""
    return leaf.type in _HEREDOC_WORDS and not raw[leaf.start_byte : leaf.end_byte].isascii()


def _says_something(gap: bytes) -> bool:
    return bool(gap) and bool(gap.replace(b"\\\r\n", b"").replace(b"\\\n", b"").strip())

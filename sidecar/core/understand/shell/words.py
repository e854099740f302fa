"""A word of shell source to the words that the program gets: quoting, variables, braces, substitutions.

Strategy: one string is built from left to right. What an unquoted brace, comma or space means is marked with private
characters, so that braces and splitting can be done at the end over the whole word.

Rules:
- What cannot be known is a hole. Nothing is guessed but `${x:-word}`, and then the scope says that it was.
"""

import re
from collections.abc import Callable

from tree_sitter import Node

from sidecar.core.understand.secret_names import names_secret
from sidecar.core.understand.shell.braces import BREAK, CLOSE, COMMA, OPEN, braced
from sidecar.core.understand.shell.call import HOLE, Stream, Word
from sidecar.core.understand.shell.escapes import ansi_c, unescaped
from sidecar.core.understand.shell.parse import Source
from sidecar.core.understand.shell.scope import Fields, Scope

# Gives the output of a `$(...)` or `<(...)` that stands at a node.
Substitute = Callable[[Node], Stream]
_UNQUOTED = str.maketrans({"{": OPEN, ",": COMMA, "}": CLOSE})
_SPACES = re.compile(r"[ \t\r\n]+")
_WHOLE_ARRAY = re.compile(r"\$\{(\w+)\[[@*]\]\}")
# Letters that mean something to a shell, or to this reader, stand in no such word. Most words are of this kind.
_ORDINARY = re.compile(rb"[A-Za-z0-9_./:=+@%^-]+")


class Expander:
    """Expands words of one source within one scope."""

    def __init__(self, source: Source, scope: Scope, substitute: Substitute) -> None:
        self.source, self.scope, self.substitute = source, scope, substitute
        self.stream: Stream | None = None
        # Variables that nobody set here and whose names say that a secret is in them.
        self.secrets: list[str] = []

    def words(self, node: Node) -> list[Word]:
        """The words that one node becomes; none for an empty unquoted variable."""
        self.stream = None
        ordinary = self._ordinary(node)
        if ordinary is not None:
            return [Word(ordinary)]
        fields = self._array(node)
        if fields is not None:
            return list(fields)
        built = self._text(node)
        made = braced(built)
        words = [piece for text in made for piece in self._split(text)]
        return [Word(text, self.stream) for text in words]

    def _ordinary(self, node: Node) -> str | None:
        """A word that stands for itself, which is what most are."""
        if node.type not in {"word", "number", "command_name"}:
            return None
        raw = self.source.raw[node.start_byte : node.end_byte]
        return raw.decode() if _ORDINARY.fullmatch(raw) else None

    def word(self, node: Node) -> Word:
        """As in an assignment: no splitting, no braces."""
        self.stream = None
        return Word(_plain(self._text(node)).replace(BREAK, " "), self.stream)

    def quoted(self, node: Node) -> str:
        """The body of a here-document whose end was not quoted."""
        return _plain(self._inside(node, node.start_byte, node.end_byte)).replace(BREAK, " ")

    def _split(self, text: str) -> list[str]:
        if BREAK not in text:
            return [_plain(text)]
        return [_plain(piece) for piece in text.split(BREAK) if piece]

    def _array(self, node: Node) -> Fields | None:
        """`"${a[@]}"` and `$@` are as many words as the array has."""
        if node.type == "command_name" and len(node.named_children) == 1:
            node = node.named_children[0]
        inner = node
        if node.type == "string" and len(node.named_children) == 1 and node.end_byte - node.start_byte > 2:
            inner = node.named_children[0]
            if inner.end_byte - inner.start_byte != node.end_byte - node.start_byte - 2:
                return None
        text = self.source.of(inner)
        found = _WHOLE_ARRAY.fullmatch(text) if text.startswith("$") else None
        name = found[1] if found else "@" if text in {"$@", "$*", "${@}", "${*}"} else None
        return self.scope.get(name) if name is not None else None

    def _text(self, node: Node) -> str:
        reader = _READERS.get(node.type)
        if reader is not None:
            return reader(self, node)
        for child in node.named_children:
            self._text(child)
        return HOLE if node.named_children else self.source.of(node)

    def _word(self, node: Node) -> str:
        if node.named_children:
            return self._pieces(node)
        text = self.source.of(node)
        if "\\" in text:
            return unescaped(text)
        return text.translate(_UNQUOTED) if "{" in text or "," in text or "}" in text else text

    def _pieces(self, node: Node) -> str:
        """The children and what stands between them."""
        out, at = [], node.start_byte
        for child in node.named_children:
            out.append(self._between(at, child.start_byte))
            out.append(self._text(child))
            at = child.end_byte
        out.append(self._between(at, node.end_byte))
        return "".join(out)

    def _between(self, start: int, end: int) -> str:
        return unescaped(self.source.raw[start:end].decode("utf-8", "replace")) if start < end else ""

    def _string(self, node: Node) -> str:
        start = node.start_byte + (2 if self.source.raw[node.start_byte : node.start_byte + 1] == b"$" else 1)
        return self._inside(node, start, node.end_byte - 1)

    def _inside(self, node: Node, at: int, end: int) -> str:
        """Between double quotes: only some characters are escaped, and nothing is split."""
        out: list[str] = []
        for child in node.named_children:
            if child.type in {"string_content", "heredoc_content"}:
                continue
            out.append(self._literal(at, child.start_byte))
            out.append(self._text(child).replace(BREAK, " "))
            at = child.end_byte
        out.append(self._literal(at, end))
        return "".join(out)

    def _literal(self, start: int, end: int) -> str:
        text = self.source.raw[start:end].decode("utf-8", "replace") if start < end else ""
        return re.sub(r"\\(\n|[$`\"\\])", lambda m: "" if m[1] == "\n" else m[1], text) if "\\" in text else text

    def _raw(self, node: Node) -> str:
        return self.source.of(node)[1:-1]

    def _ansi(self, node: Node) -> str:
        return ansi_c(self.source.of(node)[2:-1])

    def _simple(self, node: Node) -> str:
        return self._value(self.source.of(node)[1:])

    def _value(self, name: str) -> str:
        value = self.scope.get(name)
        if value is None:
            self._seen(name)
            return HOLE
        if value and value[0].stream is not None:
            self.stream = value[0].stream
        return self._breakable(BREAK.join(word.text for word in value))

    def _seen(self, name: str) -> None:
        if names_secret(name):
            self.secrets.append(name)

    def _breakable(self, text: str) -> str:
        """Where it is unquoted the shell splits it, by the separators of this moment."""
        separators = self.scope.get("IFS")
        if separators and separators[0].text not in {" \t\n", ""}:
            return re.sub(f"[{re.escape(separators[0].text)}]+", BREAK, text)
        return _SPACES.sub(BREAK, text)

    def _expansion(self, node: Node) -> str:
        """`${x}` and the forms that can be known: a default, an alternative, a length, the first element."""
        inner = self.source.of(node)[2:-1]
        later = [child for child in node.named_children if child.type not in {"variable_name", "special_variable_name"}]
        found = re.match(r"(\w+|[@*?#$!-])(\[\d+\])?", inner)
        if (inner.startswith(("!", "#")) and len(inner) > 1) or found is None:
            self._inner_runs(later)
            return "1" if inner.startswith("#") else HOLE
        rest = inner[found.end() :]
        if not rest:
            return self._element(found[1], int(found[2][1:-1])) if found[2] else self._value(found[1])
        return self._operated(found[1], rest, later)

    def _element(self, name: str, index: int) -> str:
        value = self.scope.get(name)
        return self._breakable(value[index].text) if value is not None and index < len(value) else HOLE

    def _operated(self, name: str, rest: str, later: list[Node]) -> str:
        value = self.scope.get(name)
        operator = rest[:2] if rest[:1] == ":" and rest[1:2] in "-=+?" else rest[:1]
        other = "".join(self._text(child) for child in later) if later else rest[len(operator) :]
        if value is None and operator not in {":+", "+"}:
            self._seen(name)
        if operator in {":-", "-", ":=", "="}:
            if value is None:
                self.scope.guessed = True
                return self._breakable(other)
            return self._value(name) if value and value[0].text else self._breakable(other)
        if operator in {":+", "+"}:
            self.scope.guessed = self.scope.guessed or value is None
            return self._breakable(other)
        if operator in {"%", "#"} and rest in {"%/", "#./"} and value is not None:
            return self._value(name)
        return HOLE

    def _inner_runs(self, nodes: list[Node]) -> None:
        for node in nodes:
            self._text(node)

    def _command(self, node: Node) -> str:
        stream = self.substitute(node)
        if stream.text is None:
            return HOLE
        return self._breakable(stream.text.rstrip("\n"))

    def _process(self, node: Node) -> str:
        self.stream = self.substitute(node)
        return "/dev/fd/63"

    def _arithmetic(self, node: Node) -> str:
        self._inner_runs(node.named_children)
        return "1"


_READERS: dict[str, Callable[[Expander, Node], str]] = {
    "word": Expander._word,
    "command_name": Expander._pieces,
    "concatenation": Expander._pieces,
    "string": Expander._string,
    "translated_string": Expander._string,
    "raw_string": Expander._raw,
    "ansi_c_string": Expander._ansi,
    "simple_expansion": Expander._simple,
    "expansion": Expander._expansion,
    "command_substitution": Expander._command,
    "process_substitution": Expander._process,
    "arithmetic_expansion": Expander._arithmetic,
    "brace_expression": lambda self, node: self.source.of(node).translate(_UNQUOTED),
}


def _plain(text: str) -> str:
    return text.replace(OPEN, "{").replace(COMMA, ",").replace(CLOSE, "}")

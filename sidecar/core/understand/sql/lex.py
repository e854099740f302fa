"""A text to tokens, in the manner of a dialect; comments are gone, texts and names are what they mean.

Strategy: one regular expression a manner, made of possessive parts, so that every text is read once from left to
right; only comments that nest are walked by hand.

Rules: nothing fails but what has too many tokens. A text or comment that never closes ends with the whole and is told
by `open_ended`; a character that belongs to nothing is a mark; characters that nobody can see are told by `hidden`.
"""

import re
from dataclasses import dataclass
from functools import cache

from sidecar.core.understand.sql.lists import listed_at
from sidecar.core.understand.sql.token import Kind, Manner, Token, Tokens

_MARKS = r"->>|->|::|:=|<=>|<=|>=|<>|!=|\|\||&&|@>|<@|#>>|#>|@@|=>|<<|>>|!~\*?|~\*|\*\*"
# Some servers skip these like spaces, others do not; in either case a person does not see them.
_UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\x00-\x08\x0e-\x1f"
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_META = r"\\(?![\r\n])[^\n]*+|(?:(?<=\n)|\A)[ \t]*+(?:\.[a-z]|:!!|!!|:r\b|:connect\b)[^\n]*+"
_COMMENT_MARK = re.compile(r"/\*|\*/")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b"}


MOST_TOKENS = 8_000  # of a text in every manner, and of the texts in it: they cost about two microseconds each


MOST_MARKS = 8_000  # backslashes in one text, or beginnings and ends of comments inside a comment


class TooMuch(Exception):  # noqa: N818  (nobody's fault)
    """The text holds more tokens than are read."""


@dataclass(frozen=True, slots=True)
class Lexed:
    """`cost`: how many tokens and comments were read."""

    tokens: Tokens
    open_ended: bool = False
    hidden: bool = False
    cost: int = 0


def _quoted(mark: str, backslash: bool) -> str:
    """`'…'` with the mark doubled inside, and with escapes if there are any; to the end of all if it never closes."""
    escape = r"|\\.?" if backslash else ""
    slash = r"\\" if backslash else ""
    return rf"{mark}(?:[^{mark}{slash}]++|{mark}{mark}{escape})*+(?:{mark}|\Z)"


@cache
def _pattern(manner: Manner) -> re.Pattern[str]:
    dash = r"--(?=\s|\Z)[^\n]*+" if manner.dash_needs_space else r"--[^\n]*+"
    line = [dash, *([r"\#[^\n]*+"] if manner.hash_comments else []), *([r"//[^\n]*+"] if manner.slash_comments else [])]
    texts = [rf"(?:[nNbBxX]|_\w++\s?|[uU]&)?{_quoted(chr(39), manner.backslash)}"]
    texts.insert(0, rf"[eE]{_quoted(chr(39), True)}")
    if manner.triple:
        texts[:0] = [r"(?:[rRbB]{0,2})'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)"]
        texts[:0] = [r'(?:[rRbB]{0,2})"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)']
        texts.insert(2, r"[rR][bB]?'[^'\n]*+'")
    if manner.double_texts:
        texts.append(_quoted('"', manner.backslash))
    names = [_quoted("`", False), _quoted('"', False)]
    if manner.brackets:
        names.append(r"\[[^\]\d\n][^\]\n]{0,255}+\]")  # bounded: an open bracket is no reason to look to the end
    parts = {
        # What most of a text is, before all that is rarer: words that no quote follows, and these three marks.
        "plain": r"(?![gG][oO]\b)[^\W\d_][\w$]*+(?!['\"&])",
        "opening": r"\(",
        "simple": r"[),]",
        "line": "|".join(line),
        "block": r"/\*",
        "separator": r"(?:(?<=\n)|\A)[ \t]*+(?i:GO)(?:[ \t]+\d+)?[ \t]*+(?=\r?(?:\n|\Z))|;",
        "meta": _META,
        "dollar": r"\$(?:[^\W\d]\w*+)?\$" if manner.dollars else r"(?!)",
        "text": "|".join(texts),
        "name": "|".join(names),
        "number": r"0[xX][0-9a-fA-F]++|(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?",
        "place": r"@@?[\w$]++|\$\d++|%s\b|%\(\w++\)s|(?<!:):[^\W\d]\w*+|\?",
        "word": r"\#{0,2}[^\W\d][\w$]*+" if manner.brackets else r"[^\W\d][\w$]*+",
        "mark": rf"{_MARKS}|.",
    }
    either = "|".join(f"(?P<{name}>{part})" for name, part in parts.items())
    return re.compile(rf"[\s{_UNSEEN}]*+(?:{either}|\Z)", re.DOTALL)


_AT_ONCE = {"plain": Kind.WORD, "simple": Kind.MARK, "word": Kind.WORD, "place": Kind.PLACE, "number": Kind.NUMBER}
_WORDS = {"plain", "word"}
_KINDS = {"mark": Kind.MARK, "separator": Kind.END}


class _Lexer:
    def __init__(self, text: str, manner: Manner) -> None:
        self.text, self.manner = text, manner
        self.tokens: list[Token] = []
        self.open_ended = False

    def run(self, most: int) -> Lexed:
        match_at, at, text = _pattern(self.manner).match, 0, self.text
        put, executable, left = self.tokens.append, 0, most
        while match := match_at(text, at):
            group = match.lastgroup
            if group is None:  # nothing is left but space
                break
            left -= 1
            if left < 0:
                raise TooMuch
            start, at = match.span(group)
            raw = text[start:at]
            if group in _AT_ONCE:
                put(Token(_AT_ONCE[group], raw.upper() if group in _WORDS else raw, start, at))
                continue
            if group == "line":
                continue
            if group == "opening":
                at = self._bracket(start)
                continue
            if group == "block":
                at, opened = self._comment(start)
                executable += opened
            elif group == "mark" and executable and self.text.startswith("*/", start):
                at, executable = start + 2, executable - 1
            elif group == "dollar":
                at = self._dollar(start, raw)
            elif group == "meta":
                at = self._meta(start, raw)
            else:
                self._put(str(group), raw, start)
        return Lexed(tuple(self.tokens), self.open_ended, bool(_HIDDEN.search(self.text)), most - left)

    def _bracket(self, start: int) -> int:
        """Where reading goes on: behind the bracket, or behind a long list of constants that begins here."""
        found = listed_at(self.text, start, self.tokens)
        if found is None or found.start > start:
            self.tokens.append(Token(Kind.MARK, "(", start, start + 1))
        if found is None:
            return start + 1
        self.tokens.append(found)
        return found.end

    def _put(self, group: str, raw: str, start: int) -> None:
        end = start + len(raw)
        if group in {"text", "name"}:
            kind = Kind.TEXT if group == "text" else Kind.NAME
            self.tokens.append(Token(kind, self._meant(raw, kind), start, end))
        else:
            self.tokens.append(Token(_KINDS[group], raw, start, end))

    def _meant(self, raw: str, kind: Kind) -> str:
        """Inside the marks, with doubled marks and escapes undone."""
        opening = re.search(r"'''|\"\"\"|['\"`\[]", raw)
        mark = opening.group() if opening else "'"
        closing = "]" if mark == "[" else mark
        inner = raw[opening.end() if opening else 0 :]
        if inner.endswith(closing):
            inner = inner[: -len(closing)]
        else:
            self.open_ended = True
        if kind is Kind.TEXT and "\\" in inner and (self.manner.backslash or raw[0] in "eE"):
            if inner.count("\\") > MOST_MARKS:
                raise TooMuch
            return re.sub(r"\\(.)|''", lambda m: _ESCAPES.get(m[1], m[1]) if m[1] else "'", inner, flags=re.DOTALL)
        return inner.replace(closing * 2, closing) if len(closing) == 1 else inner

    def _comment(self, start: int) -> tuple[int, int]:
        """Where reading goes on, and whether a comment was opened whose words are run."""
        if self.manner.executable_comments and self.text.startswith(("/*!", "/*M!"), start):
            match = re.compile(r"/\*M?!\d*+").match(self.text, start)
            return (match.end() if match else start + 3), 1
        depth = 0
        for marks, match in enumerate(_COMMENT_MARK.finditer(self.text, start)):
            if marks > MOST_MARKS:
                raise TooMuch
            depth = (
                (depth + 1 if self.manner.nested_comments or not depth else depth) if match[0] == "/*" else depth - 1
            )
            if depth == 0:
                return match.end(), 0
        self.open_ended = True
        return len(self.text), 0

    def _dollar(self, start: int, tag: str) -> int:
        close = self.text.find(tag, start + len(tag))
        self.open_ended |= close < 0
        inner_end = close if close >= 0 else len(self.text)
        end = min(len(self.text), inner_end + len(tag))
        self.tokens.append(Token(Kind.TEXT, self.text[start + len(tag) : inner_end], start, end))
        return end

    def _meta(self, start: int, raw: str) -> int:
        """A line for the client; one that begins with a dot only where a statement could begin."""
        dotted = raw.lstrip()[:1] != "\\"
        if dotted and self.tokens and self.tokens[-1].kind not in {Kind.END, Kind.META}:
            dot = start + len(raw) - len(raw.lstrip())
            self.tokens.append(Token(Kind.MARK, self.text[dot], dot, dot + 1))
            return dot + 1
        self.tokens.append(Token(Kind.META, raw.strip(), start, start + len(raw)))
        return start + len(raw)


def lexed(text: str, manner: Manner, most: int = MOST_TOKENS) -> Lexed:
    return _Lexer(text, manner).run(most)

"""Values behind their names: YAML, settings (`ssn=1`), a record a line at a time, and pieces of JSON.

Strategy: two expressions over the text. One takes a line that begins with a name and `:` or `=`; names that stand
further left, with nothing behind them, are above it. The other takes `"name": value` wherever it stands, also where
the quotes are escaped because all of it is a string of other JSON.

Rule: linear, and tolerant: what reads like a field is one, in prose too.
"""

import re
from collections.abc import Iterator

from sidecar.core.understand.fields.value import Form, Value

LINE = re.compile(
    r"""^(?P<indent>[ \t]*(?:-[ \t]+)*)(?:export[ \t]+)?
    (?: (?P<mark>["']?)(?P<key>\w[\w .*/-]{0,80}?)(?P=mark)[ \t]*(?P<sign>:(?=[ \t\r\n]|\Z)|=(?!=))[ \t]* )?
    (?P<value>[^\r\n]*+)\r?$""",
    re.VERBOSE | re.MULTILINE,
)
INSIDE = re.compile(
    r"""(?P<quote>\\{0,16}")(?P<key>[^"\\\n]{1,80})(?P=quote)\s*+:\s*+
    (?:(?P=quote)(?P<text>[^"\\]*+)|(?P<bare>-?[0-9][0-9.eE+-]*+|true|false))""",
    re.VERBOSE,
)
QUOTED = re.compile(r""" "(?:[^"\\\n]|\\.)*+"? | '[^'\n]*+'? """, re.VERBOSE)
BLOCK = re.compile(r"[|>][0-9+-]{0,2}")
# Deeper than anybody nests; a text that only ever goes further right must not cost its square.
DEEPEST = 100


def pair_values(text: str) -> Iterator[Value]:
    yield from _lines(text)
    yield from _inside(text)


def _inside(text: str) -> Iterator[Value]:
    for found in INSIDE.finditer(text):
        kind = "text" if found["text"] is not None else "bare"
        bare = Form.JSON_BARE if found["quote"] == '"' else Form.ESCAPED_BARE
        start, end = found.span(kind)
        if end > start:
            yield Value((found["key"],), start, end, Form.PLAIN if kind == "text" else bare)


def _lines(text: str) -> Iterator[Value]:
    above: list[tuple[int, str]] = []  # how far right a name stands, and the name
    block: tuple[int, tuple[str, ...]] | None = None
    for found in LINE.finditer(text):
        start, end = _trimmed(text, *found.span("value"))
        depth = len(found["indent"].expandtabs(4))
        if block is not None and (depth > block[0] or not text[found.start() : found.end()].strip()):
            yield from _value(block[1], text, found.start() + len(found["indent"]), found.end(), Form.PLAIN)
            continue
        block = None
        if found["key"] is None and "-" not in found["indent"]:
            continue
        while above and above[-1][0] >= depth + (found["key"] is None):
            above.pop()
        path = tuple([name for _, name in above] + ([found["key"]] if found["key"] else []))
        if found["key"] and start == end:
            above = [*above[-DEEPEST:], (depth, found["key"])]
        elif BLOCK.fullmatch(text, start, end):
            block = (depth, path)
        else:
            yield from _value(path, text, start, end, Form.PLAIN if found["sign"] == "=" else Form.YAML_BARE)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without a remark behind it, and without the comma of a list."""
    quoted = QUOTED.match(text, start, end)
    if quoted:
        return quoted.span()
    remark = text.find(" #", start, end)
    value = text[start : end if remark < 0 else remark].rstrip().removesuffix(",").rstrip()
    return start, start + len(value)


def _value(path: tuple[str, ...], text: str, start: int, end: int, form: Form) -> Iterator[Value]:
    mark = text[start : start + 1]
    if mark and mark in "\"'":
        closed = end - 1 if end > start + 1 and text[end - 1] == mark else end
        start, end, form = start + 1, closed, Form.PLAIN
    if path and end > start and text[start:end].strip():
        yield Value(path, start, end, form)

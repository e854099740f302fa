"""SQL that runs SQL: DO, EXECUTE, EXEC, PREPARE, CALL. A literal is read like any text; what is computed is unknown."""

from collections.abc import Callable

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand.sql.effects import Found, Inner
from sidecar.core.understand.sql.functions import RUN_SQL, TELLING, function
from sidecar.core.understand.sql.token import Kind, Token, Tokens, find, group, name_at

_END = frozenset({"INTO", "USING"})


def _do(tokens: Tokens, found: Found) -> None:
    at = find(tokens, "LANGUAGE")
    if 0 < at < len(tokens) - 1 and tokens[at + 1].word.upper() not in {"PLPGSQL", "SQL"}:
        found.add(Effect.RUNS_CODE, f"a block in {tokens[at + 1].word.lower()} runs in the server")
        return
    texts = [token for token in tokens[1:4] if token.kind is Kind.TEXT]
    if texts and (tokens[1] is texts[0] or at == 1):
        found.inner.append(Inner(texts[0].word, texts[0].start))
    else:
        found.tails.append(tokens[1:])


def _execute(tokens: Tokens, found: Found) -> None:
    """`EXECUTE 'text'`, `EXECUTE IMMEDIATE …`, `EXEC('text')`, `EXEC procedure …`, `EXECUTE prepared(1)`."""
    rest = tokens[1:]
    if rest and rest[0].is_word("IMMEDIATE"):
        rest = rest[1:]
    if rest and rest[0].kind is Kind.WORD and rest[0].word == "AS":
        found.add(Effect.ESCALATES, "takes another role")
        return
    if len(rest) > 2 and rest[0].kind is Kind.PLACE and rest[1].is_mark("="):
        rest = rest[2:]  # EXEC @result = procedure
    inside = rest[1 : group(rest, 0)] if rest and rest[0].is_mark("(") else rest
    if not inside:
        found.compute("EXECUTE of nothing that can be seen")
    elif (
        inside[0].kind is Kind.TEXT
        or rest[0].is_mark("(")
        or inside[0].kind is Kind.PLACE
        or inside[0].is_word("FORMAT", "CONCAT", "REPLACE", "QUOTE_IDENT")
    ):
        _text(_until(inside), found)
    else:
        _procedure(tokens[0].word, rest, found)


def _until(tokens: Tokens) -> Tokens:
    at = find(tokens, *_END)
    return tokens[:at] if at >= 0 else tokens


def _text(tokens: Tokens, found: Found) -> None:
    """Texts joined to one are one; the pieces of a computed text are read too, as far as they are statements."""
    texts = [token for token in tokens if token.kind is Kind.TEXT]
    if all(token.kind is Kind.TEXT or token.word in {"||", "+"} for token in tokens):
        found.inner.append(Inner("".join(token.word for token in texts), texts[0].start if len(texts) == 1 else -1))
        return
    found.compute("runs SQL that is computed")
    found.inner += [Inner(token.word, token.start, maybe=True) for token in texts]


def _procedure(verb: str, tokens: Tokens, found: Found) -> None:
    name = name_at(tokens, 0)
    last = name.rpartition(".")[2].lower()
    known = function(last)
    if known:
        found.add(known[0], f"{last} {known[1]}", Object(Thing.COMMAND, name))
    if last in RUN_SQL:
        texts = [token for token in tokens if token.kind is Kind.TEXT]
        found.inner += [Inner(token.word, token.start, maybe=index > 0) for index, token in enumerate(texts[:2])]
        if not texts or _first_argument(tokens).kind is not Kind.TEXT:
            found.compute(f"{last} runs SQL that is computed")
    elif not known and last not in TELLING and not (verb == "EXECUTE" and last in found.prepared):
        found.compute(f"{verb} {name}: a procedure does what its author wrote")


def _first_argument(tokens: Tokens) -> Token:
    """After the name; `@stmt = N'…'` is its value."""
    rest = [token for token in tokens[1:] if not token.is_mark(".") and not token.is_mark("(")]
    if len(rest) > 2 and rest[1].is_mark("="):
        return rest[2]
    return rest[0] if rest else tokens[0]


def _prepare(tokens: Tokens, found: Found) -> None:
    """`PREPARE name FROM 'text'` and `PREPARE name AS statement`: read where they are prepared."""
    name = name_at(tokens, 1).lower()
    at = find(tokens, "FROM", "AS")
    rest = tokens[at + 1 :] if at > 0 else ()
    if rest and all(token.kind is Kind.TEXT for token in rest):
        found.inner.append(Inner("".join(token.word for token in rest), rest[0].start if len(rest) == 1 else -1))
        found.prepared.add(name)
    elif rest and rest[0].kind is Kind.WORD:
        found.tails.append(rest)
        found.prepared.add(name)
    elif find(tokens, "TRANSACTION") != 1:
        found.compute("prepares SQL that is computed")


DYNAMIC: dict[str, Callable[[Tokens, Found], None]] = {
    "DO": _do,
    "EXECUTE": _execute,
    "EXEC": _execute,
    "CALL": lambda tokens, found: _procedure("CALL", tokens[1:], found),
    "PREPARE": _prepare,
}

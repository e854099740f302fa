"""Programs that run a command for each thing that they find or are given: find, xargs, parallel."""

from dataclasses import replace

from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import HOLE, Argv, Call, Reader, Reading, Script, Stream, Word, joined
from sidecar.core.understand.shell.commands.touching import reading, removing, writing
from sidecar.core.understand.shell.flags import flags

_XARGS = frozenset(listed("I i n P L l d a s E J R replace max-args max-procs max-lines delimiter arg-file"))
MOST_ITEMS = 32


def xargs(call: Call) -> Reading:
    """The words that come in are not counted: a removal of them is as wide as a pattern."""
    read = flags(call.args, _XARGS, stop=True)
    rest = read.operands or (Word("echo"),)
    marks = read.values("I", "i", "J", "replace")
    mark = marks[0].text if marks else "{}" if read.has("i", "I", "replace") else ""
    items = _items(call)
    if mark:
        return Reading(runs=tuple(Argv(tuple(Word(w.text.replace(mark, item.text)) for w in rest)) for item in items))
    return Reading(runs=(Argv((*rest, *items)),))


def _items(call: Call) -> tuple[Word, ...]:
    text = call.stdin.text
    words = text.replace("\x00", "\n").split() if text is not None and HOLE not in text else []
    return tuple(map(Word, words)) if 0 < len(words) <= MOST_ITEMS else (Word(f"{HOLE}*"),)


def parallel(call: Call) -> Reading:
    read = flags(call.args, frozenset(listed("j n N I P a S sshlogin jobs joblog timeout delay colsep")), stop=True)
    texts = [word.text for word in read.operands]
    cut = next((at for at, text in enumerate(texts) if text.startswith(":::")), len(texts))
    items = [text for text in texts[cut + 1 :] if not text.startswith(":::")] or [f"{HOLE}*"]
    line = " ".join(texts[:cut])
    filled = [line.replace("{}", item) if "{}" in line else f"{line} {item}" for item in items[:MOST_ITEMS]]
    return Reading(runs=tuple(Script(Word(text.replace(f"{HOLE}*", '"$COMPUTED"*')), "parallel") for text in filled))


# Expressions of find that print or test; what runs something or removes is read.
_RUNS = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_NAMED = frozenset({"-name", "-iname", "-path", "-ipath", "-wholename"})


def find(call: Call) -> Reading:
    """Its starting points and one `-name` tell which files are meant."""
    starts = []
    for word in call.args:
        if word.text.startswith(("-", "(", "!")) and word.text not in {"-H", "-L", "-P"}:
            break
        starts.append(word)
    starts = [word for word in starts if not word.text.startswith("-")] or [Word(".")]
    names = [b.text for a, b in zip(call.args, call.args[1:], strict=False) if a.text in _NAMED]
    only = (
        names[0].removeprefix("*/")
        if len(names) == 1 and not any(w.text in {"-o", "-or", "!", "-not"} for w in call.args)
        else "*"
    )
    # A pattern that is looked for in every folder below is wider than the same pattern here.
    shallow = any(word.text == "-maxdepth" for word in call.args) or not any(letter in only for letter in "*?[")
    found = tuple(Word(f"{word.text.rstrip('/')}/{only if shallow else f'**/{only}'}") for word in starts)
    readings = [Reading(reading(starts, "finds below"), out=Stream("\n".join(word.text for word in found)))]
    if any(word.text == "-delete" for word in call.args):
        readings.append(Reading(removing(found, "find -delete", tree=False)))
    readings += [
        Reading(writing((b,), "find"))
        for a, b in zip(call.args, call.args[1:], strict=False)
        if a.text in {"-fprint", "-fprint0", "-fls", "-fprintf"}
    ]
    meant = (*found, *_secrets(call, starts))
    readings += [
        Reading(runs=(replace(_exec(call.args[at + 1 :], meant), elsewhere=word.text.endswith("dir")),))
        for at, word in enumerate(call.args)
        if word.text in _RUNS
    ]
    return joined(*readings)


def _secrets(call: Call, starts: list[Word]) -> tuple[Word, ...]:
    """Patterns of secrets among several, where `found` says no more than everything."""
    texts = ["", *(word.text for word in call.args)]
    wanted = [c for a, b, c in zip(texts, texts[1:], texts[2:], strict=False) if b in _NAMED and a not in {"!", "-not"}]
    return tuple(Word(f"{starts[0].text.rstrip('/')}/{name}") for name in wanted if paths.is_secret(name))


def _exec(words: tuple[Word, ...], found: tuple[Word, ...]) -> Argv:
    end = next((at for at, word in enumerate(words) if word.text in {";", "+"}), len(words))
    filled: list[Word] = []
    for word in words[:end]:
        if word.text == "{}":
            filled += found
        else:
            filled.append(Word(word.text.replace("{}", HOLE)))
    return Argv(tuple(filled))


_FD = frozenset(listed("e extension d max-depth t type E exclude c color j threads S size o owner base-directory"))
_FD_RUNS = frozenset({"-x", "--exec", "-X", "--exec-batch"})


def fd(call: Call) -> Reading:
    """A pattern, where to look, and perhaps a command for what was found."""
    at = next((i for i, word in enumerate(call.args) if word.text in _FD_RUNS), len(call.args))
    before, command = call.args[:at], call.args[at + 1 :]
    read = flags(before, _FD)
    starts = read.operands[1:] or (Word("."),)
    kinds = read.values("e", "extension")
    below = "" if read.has("d", "max-depth") else "**/"
    found = tuple(Word(f"{word.text.rstrip('/')}/{below}*{'.' + kinds[0].text if kinds else ''}") for word in starts)
    looks = Reading(reading(starts, "finds below"), out=Stream("\n".join(word.text for word in found)))
    if not command:
        return looks
    given = command if any("{" in word.text for word in command) else (*command, Word("{}"))
    return joined(looks, Reading(runs=(_exec(given, found),)))


EACH: dict[str, Reader] = {
    **dict.fromkeys(("find", "gfind"), find),
    **dict.fromkeys(("xargs", "gxargs"), xargs),
    **dict.fromkeys(("fd", "fdfind"), fd),
    "parallel": parallel,
}

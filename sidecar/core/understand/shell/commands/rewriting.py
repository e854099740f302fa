"""sed, awk and sort: they print what they read in another form, and can do more."""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import HOLE, Call, Reader, Reading, Stream, Word, deed, does, joined
from sidecar.core.understand.shell.commands.touching import reading, writing
from sidecar.core.understand.shell.flags import flags


def sed(call: Call) -> Reading:
    """`-i` writes; the `e` command of GNU sed and the `w` command do more than print."""
    read = flags(call.args, frozenset({"e", "f", "expression", "file", "l"}))
    scripts = read.values("e", "expression") or list(read.operands[:1])
    operands = read.operands if read.values("e", "expression", "f", "file") else read.operands[1:]
    inside = [name for name, _ in read.given if name in {"i", "in-place"}]
    parts = [Reading(writing(operands, "sed -i", adds=True) if inside else reading(operands, "sed"))]
    named = [Word(name) for word in scripts for name in re.findall(r"(?:^|[;/0-9$} gIp])w\s+([^\s;}]+)", word.text)]
    parts.append(Reading(writing([word for word in named if "/" in word.text], "sed w")))
    if any(_sed_runs(word.text) for word in scripts):
        parts.append(does(Effect.RUNS_CODE, call, why="sed runs what it reads"))
        parts.append(Reading(unread=("sed with a command of its own",)))
    return Reading(joined(*parts).deeds, (), joined(*parts).unread, Stream(hosts=call.stdin.hosts))


def _sed_runs(script: str) -> bool:
    """`1e rm x` and `s/a/b/e`."""
    text = script.strip()
    if text[:1] == "s" and len(text) > 4:
        return "e" in text.rsplit(text[1], 1)[-1] and text.rsplit(text[1], 1)[-1].strip("gipIM0123456789e") == ""
    return text.lstrip("0123456789,$ ").startswith("e ") or text == "e"


def awk(call: Call) -> Reading:
    """Its programs can run commands and write files; most only print."""
    read = flags(call.args, frozenset({"F", "v", "f", "i"}))
    script = "" if read.values("f") else (read.operands[0].text if read.operands else "")
    operands = read.operands if read.values("f") else read.operands[1:]
    parts = [Reading(reading([w for w in operands if "=" not in w.text], "awk"), out=Stream(hosts=call.stdin.hosts))]
    if "system(" in script.replace(" ", "") or "| getline" in script or "|getline" in script or _pipes(script):
        parts.append(Reading((deed(Effect.RUNS_CODE, call.shown),), (), ("awk runs a command",)))
    parts.append(Reading(writing(_filled(script), "awk")))
    if HOLE in script or "@load" in script:
        parts.append(Reading(unread=("awk with a computed program",)))
    return joined(*parts)


def _filled(script: str) -> list[Word]:
    """Files that `print > "name"` fills."""
    return [Word(name) for name in re.findall(r'>\s*"([^"]+)"', script)]


def _pipes(script: str) -> bool:
    return '| "' in script or '|"' in script


def sorted_(call: Call) -> Reading:
    read = flags(
        call.args, frozenset({"o", "output", "k", "t", "S", "T", "key", "field-separator", "compress-program"})
    )
    if read.values("compress-program"):
        return Reading(unread=("sort with a program of its own",))
    return Reading(
        reading(read.operands, call.name) + writing(read.values("o", "output"), "sort -o"),
        out=Stream(hosts=call.stdin.hosts),
    )


REWRITERS: dict[str, Reader] = {
    **dict.fromkeys(("sed", "gsed"), sed),
    **dict.fromkeys(listed("awk gawk mawk nawk"), awk),
    **dict.fromkeys(("sort", "gsort"), sorted_),
}

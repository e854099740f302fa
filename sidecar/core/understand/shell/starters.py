"""Programs that look harmless and start others: editors, terminals, pagers."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.brought import brought
from sidecar.core.understand.shell.call import (
    NOTHING,
    Argv,
    Call,
    Reader,
    Reading,
    Script,
    Stream,
    Word,
    does,
    host,
    joined,
)
from sidecar.core.understand.shell.commands.tasks import tasks
from sidecar.core.understand.shell.commands.touching import reading
from sidecar.core.understand.shell.flags import flags

_TMUX_VALUED = frozenset(listed("t s n c x y F e S L f T b"))
_TMUX_TEXT = frozenset(
    listed(
        "new new-session new-window neww split-window splitw respawn-pane respawn-window send-keys send run-shell run"
        " if-shell display-popup popup pipe-pane set-hook bind-key bind"
    )
)


def tmux(call: Call) -> Reading:
    """What follows the verb is shell text; of `send-keys` too, for a shell is what listens."""
    read = flags(call.args, _TMUX_VALUED, stop=True)
    if not read.operands or read.operands[0].text not in _TMUX_TEXT:
        return NOTHING
    rest = flags(read.operands[1:], _TMUX_VALUED, stop=True).operands
    words = [word.text for word in rest if word.text not in {"Enter", "C-m", "ENTER", "KPEnter"}]
    return Reading(runs=(Script(Word(" ".join(words)), "tmux"),)) if words else NOTHING


def screen(call: Call) -> Reading:
    read = flags(call.args, frozenset(listed("S c h p s t T e X")), stop=True)
    if read.values("X"):
        text = " ".join(word.text for word in read.operands).replace("\\n", "")
        return Reading(runs=(Script(Word(text), "screen -X"),)) if text else NOTHING
    return Reading(runs=(Argv(read.operands),)) if read.operands else NOTHING


def terminal(call: Call) -> Reading:
    """`xterm -e command`, `gnome-terminal -- command`."""
    at = next((i for i, word in enumerate(call.args) if word.text in {"-e", "-x", "--", "--command"}), None)
    rest = call.args[at + 1 :] if at is not None else ()
    return Reading(runs=(Script(Word(" ".join(word.text for word in rest)), call.name),)) if rest else NOTHING


def editor(call: Call) -> Reading:
    """Its own commands, given on the command line, can run anything; those that only save and leave cannot."""
    read = flags(call.args, frozenset(listed("c S u s W cmd")))
    texts = [word.text for word in read.values("c", "cmd")] + [
        word.text[1:] for word in read.operands if word.text.startswith("+")
    ]
    if call.name in {"ed", "ex"} and call.stdin.text:
        texts += call.stdin.text.split("\n")
    runs = tuple(Script(Word(text.lstrip(":%").removeprefix("!")), call.name) for text in texts if _bang(text))
    computed = any(word in text for text in texts for word in ("system(", "py3", "lua ", "execute", "call "))
    unread = (f"{call.name} with a script of its own",) if read.values("S", "s", "u") or computed else ()
    files = [word for word in read.operands if not word.text.startswith("+")]
    return joined(Reading(reading(files, call.name)), Reading(runs=runs, unread=unread))


def _bang(text: str) -> bool:
    return text.lstrip(":%0123456789,$ ").startswith("!")


def emacs(call: Call) -> Reading:
    lisp = any(
        word.text.startswith(("--eval", "--exec", "-eval", "-l", "--load", "-f", "--script")) for word in call.args
    )
    files = [word for word in call.args if not word.text.startswith("-")]
    return Reading(reading(files, "emacs"), (), ("emacs with a program of its own",) if lisp else ())


def paged(valued: str) -> Reader:
    """Programs with an option that names a pager or a command."""
    names = frozenset(listed(valued))

    def reader(call: Call) -> Reading:
        runs = tuple(Script(word, call.name) for word in flags(call.args, names).values(*names))
        return Reading(runs=runs, out=Stream(hosts=call.stdin.hosts))

    return reader


def make(call: Call) -> Reading:
    """The rules are the project's own, but for those that stand in the command."""
    given = [word for word in call.args if word.text.startswith(("--eval", "SHELL=", "-E"))]
    piped = call.stdin.given and any(word.text in {"-", "-f-", "/dev/stdin"} for word in call.args)
    folders = flags(call.args, frozenset({"C", "directory", "f", "file", "j"})).values("C", "directory")
    there = brought(call.files, f"{folders[0].text if folders else '.'}/Makefile", named=not folders)
    if there is not None:
        return does(Effect.RUNS_CODE, call, *map(host, there.hosts), why="runs rules that came from there")
    return Reading(unread=("make with rules of its own",)) if given or piped else tasks(call)


STARTERS: dict[str, Reader] = {
    "tmux": tmux,
    "screen": screen,
    **dict.fromkeys(listed("xterm gnome-terminal konsole alacritty kitty urxvt x-terminal-emulator wezterm"), terminal),
    **dict.fromkeys(listed("vi vim nvim view ex ed"), editor),
    "emacs": emacs,
    "man": paged("P pager H"),
    **dict.fromkeys(("make", "gmake"), make),
}

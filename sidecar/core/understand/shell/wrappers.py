"""Programs that run another command given in their arguments.

Strategy: a row says which options take a value, how many operands stand before the command, and what the wrapper
itself does; the rest of the words is a call of its own. Those that hand a text to a shell join it first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import (
    NOTHING,
    Argv,
    Call,
    Reader,
    Reading,
    Run,
    Script,
    Stream,
    Word,
    deed,
    does,
    host,
    joined,
    resource,
)
from sidecar.core.understand.shell.commands.hosts import FETCHERS, hosts_in
from sidecar.core.understand.shell.each import EACH
from sidecar.core.understand.shell.environment import setting
from sidecar.core.understand.shell.flags import Flags, flags

_ESCALATES = Effect.ESCALATES
# Options by which a program begins in another folder.
_MOVES = ("C", "D", "chdir", "R", "chroot")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """`skip`: operands before the command (a duration, a lock file). `text`: options whose value is shell text."""

    valued: str = ""
    skip: int = 0
    effect: Effect | None = None
    text: str = ""
    assigns: bool = False

    def __call__(self, call: Call) -> Reading:
        texts = frozenset(self.text.split())
        read = flags(call.args, frozenset(self.valued.split()) | texts, stop=True)
        runs: list[Run] = [Script(word, call.name) for word in read.values(*texts)] if texts else []
        rest = read.operands[self.skip :]
        count = _assignments(rest) if self.assigns else 0
        path = _path(rest[:count])
        set_first, rest = _settings(rest[:count]), rest[count:]
        if rest:
            runs.append(Argv(rest, call.stdin, loose=bool(read.given), path=path, elsewhere=read.has(*_MOVES)))
        deeds = (deed(self.effect, call.shown, Object(Thing.COMMAND, call.name)),) if self.effect else ()
        return joined(set_first, Reading(deeds, tuple(runs), (), _same_out(rest, call)))


def _same_out(rest: tuple[Word, ...], call: Call) -> Stream:
    """What a wrapped download prints comes from the network too."""
    if rest and rest[0].text.rpartition("/")[2] in FETCHERS:
        return Stream(hosts=hosts_in(rest[1:]))
    return Stream(hosts=call.stdin.hosts)


def _is_assignment(word: Word) -> bool:
    name, equals, _ = word.text.partition("=")
    return bool(equals) and name.isidentifier()


def _assignments(words: tuple[Word, ...]) -> int:
    return next((at for at, word in enumerate(words) if not _is_assignment(word)), len(words))


def _settings(words: tuple[Word, ...]) -> Reading:
    """`env LD_PRELOAD=x ls`: what the variables do by themselves."""
    pairs = [word.text.partition("=") for word in words]
    return joined(*(setting(name, Word(value)) for name, _, value in pairs))


def _path(words: tuple[Word, ...]) -> Word | None:
    """`env PATH=. acmectl`: where the program is looked up."""
    return next((Word(word.text.removeprefix("PATH=")) for word in words if word.text.startswith("PATH=")), None)


def env(call: Call) -> Reading:
    """Without a command it prints every variable, secrets among them."""
    read = flags(call.args, frozenset({"u", "unset", "C", "chdir", "S", "split-string"}), stop=True)
    count = _assignments(read.operands)
    path = _path(read.operands[:count])
    set_first, rest = _settings(read.operands[:count]), read.operands[count:]
    split = read.values("S", "split-string")
    if split:
        return Reading(runs=(Script(Word(" ".join(word.text for word in (*split, *rest))), "env -S"),))
    if rest:
        return joined(
            set_first,
            Reading(runs=(Argv(rest, call.stdin, path=path, elsewhere=read.has(*_MOVES)),), out=_same_out(rest, call)),
        )
    if read.has("help", "version"):
        return NOTHING
    return does(Effect.READS_SECRET, call, why="prints every variable")


def su(call: Call) -> Reading:
    read = flags(call.args, frozenset({"c", "command", "s", "shell", "g", "G", "w", "u"}))
    runs: tuple[Run, ...] = tuple(Script(word, call.name) for word in read.values("c", "command"))
    return Reading((deed(Effect.ESCALATES, call.shown),), runs)


def joined_text(valued: str = "", skip: int = 0) -> Reader:
    """`watch ls -l`: the words are joined and given to a shell."""

    def reader(call: Call) -> Reading:
        rest = flags(call.args, frozenset(valued.split()), stop=True).operands[skip:]
        return Reading(runs=(Script(Word(" ".join(word.text for word in rest)), call.name),)) if rest else NOTHING

    return reader


_SSH = frozenset(listed("b B c D E e F I i J L l m O o p Q R S W w"))


def ssh(call: Call) -> Reading:
    """The other machine runs it; what it does there counts."""
    read = flags(call.args, _SSH, stop=True)
    if not read.operands:
        return NOTHING
    if read.has("G"):
        return does(Effect.READS, call, why="shows its settings")
    where = read.operands[0].shown.rpartition("@")[2].removeprefix("ssh://")
    rest = read.operands[1:]
    proxies = [w for w in read.values("o") if w.text.lower().startswith(("proxycommand", "localcommand"))]
    runs: list[Run] = [Script(Word(word.text.replace(" ", "=", 1).partition("=")[2]), "ssh") for word in proxies]
    if rest:
        runs.append(Script(Word(" ".join(word.text for word in rest)), f"ssh {where}"))
    elif call.stdin.given and call.stdin.text is not None:
        runs.append(Script(Word(call.stdin.text), f"ssh {where}"))
    return Reading((deed(Effect.LEAVES_MACHINE, call.shown, host(where)),), tuple(runs), (), Stream(hosts=(where,)))


_UNIT = frozenset(
    listed(
        "p property u unit on-active on-boot on-startup on-unit-active on-unit-inactive on-calendar timer-property"
        " path-property socket-property uid gid nice working-directory service-type description slice E setenv M"
        " machine H host"
    )
)


def unit(call: Call) -> Reading:
    """The system's own manager starts it, as root unless it is the user's."""
    read = flags(call.args, _UNIT, stop=True)
    what = _ESCALATES if read.operands and not read.has("user") else Effect.RUNS_CODE
    return Reading((deed(what, call.shown),), (Argv(read.operands, call.stdin, loose=True),) if read.operands else ())


def perf(call: Call) -> Reading:
    """`perf stat -e cycles command`; the other verbs look at what was measured."""
    if not call.args or call.args[0].text not in {"stat", "record", "trace", "mem", "c2c"}:
        return does(Effect.READS, call)
    rest = flags(call.args[1:], frozenset(listed("e o p t C r F c G event output pid cpu")), stop=True).operands
    return Reading(runs=(Argv(rest, call.stdin, loose=True),)) if rest else NOTHING


def exec_(call: Call) -> Reading:
    rest = flags(call.args, frozenset({"a"}), stop=True).operands
    return Reading(runs=(Argv(rest, call.stdin),)) if rest else NOTHING


def flock(call: Call) -> Reading:
    """`flock file command` and `flock file -c text`."""
    rest = flags(call.args, frozenset(listed("w E timeout wait conflict-exit-code")), stop=True).operands[1:]
    if rest and rest[0].text in {"-c", "--command"}:
        return Reading(runs=tuple(Script(word, "flock") for word in rest[1:2]))
    return Reading(runs=(Argv(rest, call.stdin),)) if rest else NOTHING


def command(call: Call) -> Reading:
    """`command -v rm` only says where it is, and prints the name."""
    read = flags(call.args, stop=True)
    if read.has("v", "V"):
        return Reading(out=Stream(read.operands[0].text if read.operands else ""))
    return (
        Reading(runs=(Argv(read.operands, call.stdin),), out=_same_out(read.operands, call))
        if read.operands
        else NOTHING
    )


def evaluates(call: Call) -> Reading:
    text = " ".join(word.text for word in call.args if word.text != "--")
    streams = [word.stream for word in call.args if word.stream]
    return Reading(runs=(Script(Word(text), "eval", here=True),)) if text or streams else NOTHING


def trap(call: Call) -> Reading:
    words = [word for word in call.args if not word.text.startswith("-") or word.text == "-"]
    return Reading(runs=(Script(words[0], "trap"),)) if len(words) > 1 and words[0].text != "-" else NOTHING


def within(read: Callable[[Call], Flags], skip: int, label: str) -> Reader:
    """A command inside a container or a pod: what it does there counts."""

    def reader(call: Call) -> Reading:
        operands = read(call).operands
        if len(operands) <= skip:
            return does(Effect.RUNS_CODE, call, why=label)
        thing = resource(operands[skip - 1].shown if skip else label)
        return Reading((Deed(Effect.RUNS_CODE, call.shown, (thing,)),), (Argv(operands[skip:], call.stdin),))

    return reader


WRAPPERS: dict[str, Reader] = {
    "sudo": Wrapper(
        "u user g group h host p prompt C close-from r role t type T U R chroot D chdir",
        effect=_ESCALATES,
        assigns=True,
    ),
    "doas": Wrapper("u C a", effect=_ESCALATES, assigns=True),
    "pkexec": Wrapper("user", effect=_ESCALATES),
    "gosu": Wrapper(skip=1, effect=_ESCALATES),
    "su-exec": Wrapper(skip=1, effect=_ESCALATES),
    "setpriv": Wrapper("reuid regid groups", effect=_ESCALATES),
    "capsh": Wrapper("", effect=_ESCALATES),
    "chroot": Wrapper("userspec groups", skip=1, effect=_ESCALATES),
    "nsenter": Wrapper("t target S G", effect=_ESCALATES),
    "unshare": Wrapper("S G", effect=_ESCALATES),
    "systemd-run": unit,
    "su": su,
    "runuser": su,
    "env": env,
    "nice": Wrapper("n adjustment"),
    "ionice": Wrapper("c n p class classdata"),
    "chrt": Wrapper("", skip=1),
    "taskset": Wrapper("", skip=1),
    "nohup": Wrapper(),
    "setsid": Wrapper(),
    "disown": Wrapper(),
    "timeout": Wrapper("s signal k kill-after", skip=1),
    "gtimeout": Wrapper("s signal k kill-after", skip=1),
    "time": Wrapper("f format o output"),
    "gtime": Wrapper("f format o output"),
    "stdbuf": Wrapper("i o e input output error"),
    "unbuffer": Wrapper(),
    "strace": Wrapper("e o p s u E trace"),
    "ltrace": Wrapper("e o p s u"),
    "perf": perf,
    "valgrind": Wrapper(),
    "hyperfine": joined_text("w r m M L s S n"),
    "caffeinate": Wrapper("t w"),
    "flock": flock,
    "script": Wrapper("t E T I O B m", skip=9, text="c command"),
    "busybox": Wrapper(),
    "toybox": Wrapper(),
    "winpty": Wrapper(),
    "coproc": Wrapper(),
    "builtin": Wrapper(),
    "noglob": Wrapper(),
    "dbus-run-session": Wrapper(),
    "xvfb-run": Wrapper("s n e server-args"),
    "dotenv": Wrapper("f e"),
    "direnv": Wrapper("", skip=2),
    "entr": Wrapper(),
    "command": command,
    "exec": exec_,
    "eval": evaluates,
    "trap": trap,
    **EACH,
    "watch": joined_text("n interval d"),
    "ssh": ssh,
    "autossh": ssh,
    "mosh": ssh,
    "sshpass": Wrapper("p f d e P"),
}

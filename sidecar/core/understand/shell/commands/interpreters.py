"""Shells and other languages: text, a file or a pipe that is run."""

import re

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.brought import brought
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Argv,
    Call,
    Code,
    Reader,
    Reading,
    Script,
    Stream,
    Word,
    deed,
    does,
    host,
    joined,
    path,
)
from sidecar.core.understand.shell.commands.hosts import host_of
from sidecar.core.understand.shell.commands.packages import PACKAGES
from sidecar.core.understand.shell.commands.servers import FILE_SERVERS, file_server, php_server
from sidecar.core.understand.shell.commands.touching import reading, writing
from sidecar.core.understand.shell.commands.windows import WINDOWS
from sidecar.core.understand.shell.flags import flags

_SHELL_VALUED = frozenset({"o", "O", "rcfile", "init-file", "init-command", "C"})


def shell(call: Call) -> Reading:
    """`bash -c text`, `bash file`, `... | bash`."""
    args = [word for word in call.args if not word.text.startswith("+")]
    read = flags(args, _SHELL_VALUED, stop=True)
    if read.has("c", "command"):
        return _text(call, read.operands)
    if read.has("version", "help", "n"):
        return NOTHING
    setup = joined(*(_stream(call, _file(word, call), word) for word in read.values("rcfile", "init-file")))
    if read.operands and not read.has("s"):
        first = read.operands[0]
        return joined(setup, _stream(call, _file(first, call), first, read.operands[1:]))
    if not call.stdin.given:
        return setup
    return joined(setup, _stream(call, call.stdin, Word("standard input"), read.operands))


def _text(call: Call, operands: tuple[Word, ...]) -> Reading:
    if not operands:
        return NOTHING
    return Reading(runs=(Script(operands[0], call.name, args=operands[2:]),))


def _file(word: Word, call: Call) -> Stream:
    if word.text in {"-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"}:
        return call.stdin
    stream = word.stream or call.files.get(paths.folded(word.text)) or brought(call.files, word.text, named=True)
    return stream or Stream(given=False)


def _stream(call: Call, stream: Stream, word: Word, args: tuple[Word, ...] = (), *, here: bool = False) -> Reading:
    """What comes from a host runs its code; what this text wrote is read; a file that nobody saw runs code."""
    if stream.hosts:
        things = [host(name.replace(HOLE, "…")) for name in stream.hosts]
        why = f"runs what {', '.join(thing.name for thing in things)} sends: {call.shown}"
        return Reading((deed(Effect.RUNS_CODE, why, *things),))
    if stream.text is not None:
        return Reading(runs=(Script(Word(stream.text), call.name, here=here, args=args),))
    if not stream.given and word.known:
        return Reading((deed(Effect.RUNS_CODE, call.shown, path(word.shown)),))
    return Reading((deed(Effect.RUNS_CODE, call.shown),), (), (f"{call.name} runs text that is computed",))


def source(call: Call) -> Reading:
    words = [word for word in call.args if word.text != "--"]
    if not words:
        return NOTHING
    secret = tuple(one for one in reading(words[:1], "source") if one.effect is Effect.READS_SECRET)
    return joined(_stream(call, _file(words[0], call), words[0], tuple(words[1:]), here=True), Reading(secret))


def language(name: str, texts: str, valued: str = "") -> Reader:
    """Another language: text in an option, a file, a module, or what comes in."""
    text_names = frozenset(texts.split())
    takes = frozenset(valued.split()) | text_names

    def reader(call: Call) -> Reading:
        read = flags(call.args, takes, stop=True)
        if (
            any(option in {"version", "V", "v", "help", "h"} for option, _ in read.given)
            and not read.operands
            and not read.values(*text_names)
        ):
            return NOTHING
        given = read.values(*text_names)
        if given:
            return Reading((deed(Effect.RUNS_CODE, call.shown),), tuple(Code(word, name) for word in given))
        modules = read.values("m") if name == "python" else []
        if modules:
            return _module(call, modules[0])
        if read.operands and read.operands[0].text not in {"-", "/dev/stdin"}:
            return _program(call, read.operands[0], name)
        return _piped(call, name)

    return reader


def _module(call: Call, module: Word) -> Reading:
    """`python -m pip install x` is pip; `-m http.server` opens this folder to others."""
    at = next(
        (i for i, word in enumerate(call.args) if word is module or word.text == f"-m{module.text}"), len(call.args)
    )
    rest = call.args[at + 1 :]
    if module.text in _MODULES:
        return NOTHING
    if module.text == "timeit":
        return Reading(runs=tuple(Code(word, "python") for word in rest if not word.text.startswith("-")))
    if module.text in FILE_SERVERS:
        return joined(does(Effect.RUNS_CODE, call), file_server(call, rest))
    return Reading(runs=(Argv((Word(module.text), *rest), call.stdin),))


_MODULES = frozenset(
    listed(
        "json.tool venv virtualenv unittest doctest py_compile compileall cProfile pdb"
        " tabnanny this platform site sysconfig calendar zipfile ensurepip pydoc trace ast dis build"
    )
)


def java(call: Call) -> Reading:
    """`java -jar tool.jar verb …`: the tool's own words count."""
    read = flags(call.args, frozenset(listed("cp classpath jar")), stop=True, long=True)
    jars = read.values("jar")
    if not jars or not read.operands:
        return language("java", "", "cp classpath jar")(call)
    tool = jars[0].text.rpartition("/")[2].removesuffix(".jar")
    return joined(
        Reading((deed(Effect.RUNS_CODE, call.shown, path(jars[0].shown)),)),
        Reading(runs=(Argv((Word(tool), *read.operands), call.stdin),)),
    )


def _program(call: Call, word: Word, name: str) -> Reading:
    stream = word.stream or call.files.get(paths.folded(word.text)) or brought(call.files, word.text, named=True)
    if stream is not None and stream.hosts:
        return _stream(call, stream, word)
    if stream is not None and stream.text is not None:
        return Reading((deed(Effect.RUNS_CODE, call.shown),), (Code(Word(stream.text), name),))
    if "://" in word.text:
        return does(Effect.RUNS_CODE, call, host(word.text.split("/")[2]))
    unread = () if word.known else (f"{call.name} runs a file whose name is computed",)
    sub = flags(call.args, stop=True).operands[1:]
    known = _MANAGE.get(sub[0].text) if word.text.endswith("manage.py") and sub else None
    deeds = (deed(known, call.shown),) if known else ()
    if word.text.rpartition("/")[2] == "artisan":
        return Reading((deed(Effect.RUNS_CODE, call.shown),), (Argv((Word("artisan"), *sub)),))
    if word.text.endswith("manage.py") and sub and sub[0].text == "shell":
        texts = flags(call.args, frozenset({"c", "command"})).values("c", "command")
        return Reading((deed(Effect.RUNS_CODE, call.shown),), tuple(Code(text, name) for text in texts), unread)
    return Reading((deed(Effect.RUNS_CODE, call.shown, Object(Thing.PATH, word.shown)), *deeds), (), unread)


# Django's own commands that take everything away.
_MANAGE = {
    "flush": Effect.DESTROYS_DATA,
    "reset_db": Effect.DESTROYS_DATA,
    "sqlflush": Effect.READS,
    "changepassword": Effect.CHANGES_ACCESS,
    "createsuperuser": Effect.CHANGES_ACCESS,
}


def _piped(call: Call, name: str) -> Reading:
    if not call.stdin.given:
        return NOTHING
    if call.stdin.hosts or call.stdin.text is None:
        return _stream(call, call.stdin, Word(HOLE))
    return Reading((deed(Effect.RUNS_CODE, call.shown),), (Code(Word(call.stdin.text), name),))


def in_place(reader: Reader) -> Reader:
    """`perl -pi -e text files`, `ruby -i -pe text files`: they write the files over."""

    def both(call: Call) -> Reading:
        if not any(re.fullmatch(r"-[acdlnpsw0-7]*i\S*", word.text) for word in call.args):
            return reader(call)
        return joined(reader(call), Reading(writing(flags(call.args, frozenset("eE")).operands, call.name, adds=True)))

    return both


def compiler(call: Call) -> Reading:
    """What it makes of a text that stands here is run next, or it would not have been written."""
    operands = flags(call.args, frozenset({"o", "I", "L"})).operands
    streams = [call.files[name] for name in (paths.folded(word.text) for word in operands) if name in call.files]
    runs = tuple(Code(Word(stream.text), "c") for stream in streams if stream.text is not None)
    return Reading(reading(operands, call.name), runs)


def debugger(call: Call) -> Reading:
    """`gdb -ex 'shell rm x'`."""
    texts = [
        word.text for word in flags(call.args, frozenset({"ex", "eval-command", "o", "x"}), long=True).values("ex", "o")
    ]
    runs = tuple(
        Script(Word(text.removeprefix("!").removeprefix("shell ")), call.name) for text in texts if _shells(text)
    )
    attached = any(word.text in {"-p", "--pid", "--attach"} or word.text.startswith("-p=") for word in call.args)
    looks = does(Effect.ESCALATES, call, why="looks into another process") if attached else NOTHING
    return joined(Reading((deed(Effect.RUNS_CODE, call.shown),), runs), looks)


def _shells(text: str) -> bool:
    return text.startswith(("!", "shell ", "python", "platform shell"))


def manager_and_runtime(call: Call) -> Reading:
    """deno and bun install packages, and run code."""
    texts = flags(call.args, frozenset({"e", "eval", "p", "print"})).values("e", "eval", "p", "print")
    words = [word for word in call.args if not word.text.startswith("-")]
    if words and words[0].text == "eval":
        texts += words[1:2]
    if texts:
        return Reading((deed(Effect.RUNS_CODE, call.shown),), tuple(Code(text, "node") for text in texts))
    away = [word for word in words[:3] if "://" in word.text and not word.text.startswith("file:")]
    if away:
        return does(Effect.RUNS_CODE, call, *(host(host_of(word.text)) for word in away))
    return PACKAGES[call.name](call)


def unreadable(call: Call) -> Reading:
    """A shell of another grammar."""
    return Reading((deed(Effect.RUNS_CODE, call.shown),), (), (f"{call.name} is not read",))


def expect(call: Call) -> Reading:
    """`-c` brings a text, and what it types goes to another program."""
    return unreadable(call) if flags(call.args, frozenset("c")).has("c") else language("expect", "")(call)


INTERPRETERS: dict[str, Reader] = {
    **dict.fromkeys(("cmd", "cmd.exe"), unreadable),
    "expect": lambda call: (
        unreadable(call) if flags(call.args, frozenset("c")).has("c") else language("expect", "")(call)
    ),
    **dict.fromkeys(listed("gcc g++ cc c++ clang clang++ tcc rustc javac swiftc"), compiler),
    **dict.fromkeys(("gdb", "lldb"), debugger),
    **dict.fromkeys(("deno", "bun"), manager_and_runtime),
    **dict.fromkeys(listed("bash sh zsh dash ksh ash fish csh tcsh rbash mksh"), shell),
    "source": source,
    ".": source,
    **dict.fromkeys(
        listed(
            "python python2 python3 pypy pypy3 ipython python3.8 python3.9 python3.10 python3.11"
            " python3.12 python3.13 python3.14"
        ),
        language("python", "c", "m W X Q"),
    ),
    **dict.fromkeys(
        listed("node nodejs tsx ts-node"), language("node", "e eval p print pe", "r require loader import env-file")
    ),
    "perl": in_place(language("perl", "e E", "I M F i_")),
    **dict.fromkeys(("ruby", "irb"), in_place(language("ruby", "e", "I r"))),
    "php": lambda call: joined(language("php", "r B R", "d c S t")(call), php_server(call)),
    "lua": language("lua", "e", "l"),
    **dict.fromkeys(("Rscript", "R"), language("r", "e")),
    "julia": language("julia", "e E eval"),
    "groovy": language("groovy", "e"),
    "scala": language("scala", "e"),
    "elixir": language("elixir", "e eval"),
    "osascript": language("applescript", "e", "l"),
    **WINDOWS,
    **dict.fromkeys(("java", "kotlin"), java),
    **dict.fromkeys(listed("tclsh guile sbcl racket ghci jshell m4"), language("code", "e x ex eval")),
}

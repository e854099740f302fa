"""Programs that take data away: files, trees, disks, processes."""

import re

from sidecar.core.model.effect import Deed, Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import HOLE, NOTHING, Call, Reader, Reading, Stream, Word, deed, does, path
from sidecar.core.understand.shell.commands.touching import reading, removing, writing
from sidecar.core.understand.shell.flags import flags

CWD = "\x00cwd"
MADE = "\x00made"


def rm(call: Call) -> Reading:
    read = flags(call.args)
    if read.has("help", "version") and all(name in {"help", "version"} for name, _ in read.given):
        return NOTHING
    tree = read.has("r", "R", "recursive", "d") or call.name == "rimraf"
    return Reading(removing(read.operands, "rm -r" if tree else "rm", tree=tree, cwd=cwd(call), made=_made(call)))


def _made(call: Call) -> list[str]:
    """Folders that this text made in a place for passing things; elsewhere `mkdir -p` says nothing of what was."""
    made = (name.removeprefix(MADE) for name in call.files if name.startswith(MADE))
    return [name for name in made if paths.is_temporary(name)]


def mkdir(call: Call) -> Reading:
    """What it makes is known from then on."""
    made = flags(call.args, frozenset({"m", "mode"})).operands
    call.files.update({MADE + paths.folded(word.text): Stream() for word in made if word.known})
    return writes(call)


def cwd(call: Call) -> str:
    """The folder that the shell went to before, in this text."""
    stream = call.files.get(CWD)
    return stream.text or "." if stream is not None else "."


def rmdir(call: Call) -> Reading:
    """Only empty folders go."""
    return Reading(removing(flags(call.args).operands, call.name, tree=False, cwd=cwd(call)))


def shred(call: Call) -> Reading:
    things = flags(call.args, frozenset({"n", "iterations", "s", "size"})).operands
    return Reading(tuple(deed(Effect.DESTROYS_DATA, f"shred {word.shown}", path(word.shown)) for word in things))


def truncate(call: Call) -> Reading:
    read = flags(call.args, frozenset({"s", "size", "r", "reference"}))
    if any(word.text.startswith("+") for word in read.values("s", "size")):
        return Reading(writing(read.operands, "truncate", adds=True))
    return Reading(tuple(_emptied(word, call) for word in read.operands))


def _emptied(word: Word, call: Call) -> Deed:
    """What is in it is gone, unless a tool makes it again."""
    lost = Effect.DELETES if paths.is_makeable(word.text) else Effect.DESTROYS_DATA
    return deed(lost, call.shown, path(word.shown))


def fallocate(call: Call) -> Reading:
    """It makes room in a file; some of its options take what is there."""
    read = flags(call.args, frozenset(listed("o offset l length")))
    if read.has("p", "punch-hole", "c", "collapse-range", "z", "zero-range"):
        return Reading(tuple(_emptied(word, call) for word in read.operands))
    return Reading(writing(read.operands, "fallocate", adds=True))


def signatures(call: Call) -> Reading:
    """`wipefs` alone lists; `-a` and `-o` take away."""
    read = flags(call.args, frozenset(listed("o offset t types O output")))
    wipes = read.has("a", "all", "o", "offset") and not read.has("n", "no-act")
    return does(Effect.DESTROYS_DATA, call, *(path(word.shown) for word in read.operands)) if wipes else NOTHING


def dd(call: Call) -> Reading:
    named = dict(word.text.partition("=")[::2] for word in call.args)
    deeds = reading((Word(named["if"]),), "dd") if "if" in named else ()
    if "of" in named:
        deeds += writing((Word(named["of"]),), "dd")
        if HOLE in named["of"] or paths.is_store(named["of"]):
            deeds += (deed(Effect.DESTROYS_DATA, call.shown),)
    return Reading(deeds)


def on_disk(call: Call) -> Reading:
    """Without a disk there is nothing to do it to."""
    read = flags(call.args, long=True)
    if not read.operands or read.has("help", "list", "version") or _only_lists(call):
        return NOTHING
    return does(Effect.DESTROYS_DATA, call, *(path(word.shown) for word in call.args if word.text.startswith("/")))


_LOOKS = frozenset(
    listed(
        "-l -p print list info status get -n --list --print --info --show -I -i --detail --examine -D -E luksDump"
        " isLuks --json unit MiB GiB s"
    )
)
_QUIET = frozenset(listed("-s --script -m --machine -v --verbose -q --quiet -o --output"))


def _only_lists(call: Call) -> bool:
    """Something asks to look, and every option is of that kind: `sgdisk -p --zap-all` does more."""
    texts = {word.text for word in call.args}
    others = {text for text in texts if text.startswith("-")} - _LOOKS - _QUIET
    return bool(texts & _LOOKS) and not others and call.name not in {"mkfs", "mkswap"}


def mv(call: Call) -> Reading:
    """What is moved onto nothing is gone; what is moved away from the system too."""
    read = flags(call.args, frozenset({"t", "target-directory", "S", "suffix"}))
    target = read.values("t", "target-directory") or list(read.operands[-1:])
    sources = [word for word in read.operands if word not in target]
    deeds = writing(_filled(target, sources), "mv to")
    for word in sources:
        gone = target and paths.folded(target[0].text) == "/dev/null"
        lost = gone or paths.is_kept(word.text) or paths.folded(word.text) in {"/", "~", "/home", "/root"}
        effect = Effect.DESTROYS_DATA if lost else Effect.WRITES
        deeds += (deed(effect, f"mv {word.shown}", path(word.shown)),)
        deeds += tuple(one for one in reading((word,), "mv") if one.effect is Effect.READS_SECRET)
    return Reading(deeds)


def cp(call: Call) -> Reading:
    read = flags(call.args, frozenset({"t", "target-directory", "S", "suffix"}))
    target = read.values("t", "target-directory") or list(read.operands[-1:])
    sources = [word for word in read.operands if word not in target]
    empties = any(paths.is_nothing(word.text) for word in sources) and any(paths.is_store(w.text) for w in target)
    lost = (deed(Effect.DESTROYS_DATA, call.shown),) if empties else ()
    return Reading(reading(sources, call.name) + writing(_filled(target, sources), f"{call.name} to") + lost)


def _filled(target: list[Word], sources: list[Word]) -> list[Word]:
    """The files that arise in a folder, where it is plainly one."""
    if len(target) != 1 or not (target[0].text.endswith("/") or len(sources) > 1):
        return target
    return [Word(f"{target[0].text.rstrip('/')}/{word.text.rstrip('/').rpartition('/')[2]}") for word in sources]


def ln(call: Call) -> Reading:
    read = flags(call.args)
    target = read.operands[-1:]
    return Reading(reading(read.operands[:-1], "ln") + writing(target, "ln"))


def tee(call: Call) -> Reading:
    read = flags(call.args)
    for word in read.operands:
        call.files[paths.folded(word.text)] = call.stdin
    adds = read.has("a", "append")
    lost = [word for word in read.operands if paths.is_store(word.text) and not adds]
    emptied = tuple(deed(Effect.DESTROYS_DATA, f"tee {word.shown}: the data in it is gone") for word in lost)
    return Reading((*writing(read.operands, "tee", adds=adds), *emptied), out=call.stdin)


def writes(call: Call) -> Reading:
    return Reading(writing(flags(call.args).operands, call.name, adds=True))


def kill(call: Call) -> Reading:
    """`-1` as a process is every process."""
    words = [word.text for word in call.args]
    if "-l" in words:
        return NOTHING
    if words[1:] and any(text in {"-1", "1", "0"} for text in words[1:]):
        return does(Effect.DESTROYS_DATA, call, why="ends every process")
    return does(Effect.WRITES, call)


def pkill(call: Call) -> Reading:
    """By name is wide, but names what it means; every process of a user does not."""
    read = flags(call.args, frozenset({"s", "signal", "u", "user", "U"}))
    wide = read.has("u", "user", "U") or any(word.text in {".", ".*", "", "*"} for word in read.operands)
    guards = any(_GUARDS.search(word.text) for word in read.operands)
    return does(Effect.DESTROYS_DATA if wide else Effect.CHANGES_ACCESS if guards else Effect.WRITES, call)


# What watches over others.
_GUARDS = re.compile(r"gatehouse|envoy|auditd|falco|fail2ban|osquery|crowdstrike|clamd|apparmor", re.IGNORECASE)


def fuser(call: Call) -> Reading:
    """`-k` ends whoever has it open."""
    if flags(call.args, frozenset({"n", "s"})).has("k", "kill"):
        return does(Effect.DESTROYS_DATA, call, why="ends however many there are")
    return does(Effect.READS, call)


def stops(call: Call) -> Reading:
    """The machine goes down and with it all that runs."""
    return NOTHING if flags(call.args).has("help") else does(Effect.DESTROYS_DATA, call, why="the machine goes down")


REMOVERS: dict[str, Reader] = {
    **dict.fromkeys(listed("rm grm unlink srm trash rimraf del"), rm),
    "rmdir": rmdir,
    "shred": shred,
    "wipe": shred,
    "truncate": truncate,
    "fallocate": fallocate,
    "wipefs": signatures,
    "dd": dd,
    "dcfldd": dd,
    **dict.fromkeys(
        listed(
            "mkfs mke2fs mkswap fdisk gdisk sgdisk sfdisk cfdisk parted blkdiscard hdparm"
            " badblocks mdadm cryptsetup lvremove vgremove pvremove lvreduce lvconvert vgreduce zpool diskutil format"
            " mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.f2fs"
            " mkdosfs newfs"
        ),
        on_disk,
    ),
    "mv": mv,
    "gmv": mv,
    "cp": cp,
    "install": cp,
    "ln": ln,
    "tee": tee,
    "touch": writes,
    "mkdir": mkdir,
    "mkfifo": writes,
    "patch": writes,
    "kill": kill,
    "pkill": pkill,
    "killall": pkill,
    "skill": pkill,
    "fuser": fuser,
    "kill-port": lambda call: does(Effect.WRITES, call),
    **dict.fromkeys(listed("shutdown reboot halt poweroff telinit init"), stops),
}

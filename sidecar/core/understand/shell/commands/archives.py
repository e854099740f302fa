"""Programs that pack and unpack: they read what they pack, write what they unpack, and some run a command for it."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.brought import bring
from sidecar.core.understand.shell.call import Call, Reader, Reading, Script, Stream, Word, does, joined
from sidecar.core.understand.shell.commands.touching import reading, writing
from sidecar.core.understand.shell.flags import flags

_VALUED = frozenset(listed("f C file directory I exclude T X d o to-command use-compress-program checkpoint-action"))
_SHELLS = frozenset(listed("sh bash dash zsh ksh fish ash"))


def content(word: Word, call: Call) -> Stream:
    if word.text == "-":
        return call.stdin
    return word.stream or call.files.get(paths.folded(word.text)) or Stream()


def archive(call: Call) -> Reading:
    """tar, zip, unzip and their kin: read what they pack, write what they unpack."""
    first = call.args[0].text if call.args else ""
    read = flags(call.args, _VALUED)
    if call.name == "zip" and any(word.text == "-TT" or word.text.startswith("--unzip-command") for word in call.args):
        return Reading(unread=("zip with a command of its own",))
    runs = read.values("to-command", "I", "use-compress-program", "checkpoint-action")
    operands = read.operands if first.startswith("-") else read.operands[1:]
    if call.name.startswith(("tar", "bsdtar", "gtar")) and ("x" in first or read.has("x", "extract")):
        parts = [Reading(writing(read.values("C", "directory", "d"), call.name, adds=True))]
        _unpacked(call, [*read.values("f", "file"), *operands], read.values("C", "directory"))
    elif call.name in {"unzip", "7z", "7za", "unrar"}:
        parts = [Reading(reading(operands, call.name))]
        _unpacked(call, list(read.operands), read.values("d"))
    else:
        parts = [Reading(reading(operands, call.name))]
    if any(paths.is_kept(w.text) or paths.folded(w.text) == "/" for w in read.values("C", "directory", "d")):
        parts.append(does(Effect.DESTROYS_DATA, call, why="unpacks over the system"))
    if read.has("remove-files"):
        parts.append(does(Effect.DESTROYS_DATA, call))
    commands = [_checkpoint(word.text) for word in runs]
    if any(paths.folded(text).rpartition("/")[2] in _SHELLS for text in commands):
        parts.append(Reading(unread=(f"{call.name} opens a shell",)))
    parts.append(Reading(runs=tuple(Script(Word(text), call.name) for text in commands if text)))
    return joined(*parts)


def _checkpoint(text: str) -> str:
    """`exec=command`; the other actions only print or wait."""
    name, _, value = text.partition("=")
    if name in {"dot", ".", "bell", "echo", "ttyout", "sleep", "totals", "wait"}:
        return ""
    return value if name == "exec" else text


def _unpacked(call: Call, archives: list[Word], folders: list[Word]) -> None:
    """What lies in an archive from the network came from there."""
    streams = [content(word, call) for word in archives] + [call.stdin]
    hosts = tuple(name for stream in streams for name in stream.hosts)
    if hosts:
        bring(call, folders[0].text if folders else ".", hosts)


ARCHIVES: dict[str, Reader] = dict.fromkeys(
    listed("tar gtar bsdtar zip unzip 7z 7za gzip gunzip bzip2 xz zstd unxz unzstd ar cpio rar unrar"), archive
)

"""What it means that a path is read, written or removed.

Rules:
- Removing a tree destroys data unless a tool makes it again; removing files one by one deletes.
- A path that is not known is judged as one that matters where a tree is removed.
"""

from collections.abc import Collection, Iterable

from sidecar.core.model.effect import Deed, Effect
from sidecar.core.understand import paths
from sidecar.core.understand.shell.call import HOLE, Word, deed, path


def reading(words: Iterable[Word], how: str) -> tuple[Deed, ...]:
    found = []
    for word in words:
        if not word.text or paths.is_nothing(word.text):
            continue
        if paths.is_secret(word.text):
            found.append(deed(Effect.READS_SECRET, f"{how} {word.shown}", path(word.shown)))
        else:
            found.append(deed(Effect.READS, f"{how} {word.shown}", path(word.shown)))
    return tuple(found)


def writing(words: Iterable[Word], how: str, *, adds: bool = False) -> tuple[Deed, ...]:
    found: list[Deed] = []
    for word in words:
        text = word.text
        if not text or paths.is_nothing(text):
            continue
        thing, why = path(word.shown), f"{how} {word.shown}"
        found.append(deed(Effect.WRITES, why, thing))
        if paths.is_device(text) or (paths.is_kept(text) and not adds):
            found.append(deed(Effect.DESTROYS_DATA, f"{why}: what was there is gone", thing))
        if paths.grants_access(text):
            found.append(deed(Effect.CHANGES_ACCESS, f"{why}: it says who may do what", thing))
        if paths.starts_something(text):
            found.append(deed(Effect.RUNS_CODE, f"{why}: it runs later, unasked", thing))
        if paths.starts_for_others(text):
            found.append(deed(Effect.CHANGES_ACCESS, f"{why}: it decides what others run", thing))
        if text.startswith(("/proc/", "/sys/")):
            found.append(deed(Effect.CHANGES_ACCESS, f"{why}: a setting of the kernel", thing))
    return tuple(found)


def removing(
    words: Iterable[Word], how: str, *, tree: bool, cwd: str = ".", made: Collection[str] = ()
) -> tuple[Deed, ...]:
    """`made`: folders that the same text made before."""
    return tuple(_removed(word, how, tree, cwd, made) for word in words if word.text)


def _removed(word: Word, how: str, tree: bool, cwd: str, made: Collection[str]) -> Deed:
    text, thing, why = word.text, path(word.shown), f"{how} {word.shown}"
    another = tree and paths.is_temporary(text) and not paths.is_made(text, made)
    if not another and _made_again(text, cwd):
        return deed(Effect.DELETES, f"{why}: can be made again", thing)
    wide = any(letter in text for letter in "*?[") and not _narrow(text)
    here = "" if text.startswith(("/", "~")) else f"{cwd}/"
    if (
        tree
        or wide
        or paths.is_ledger(text)
        or paths.is_kept(here + text)
        or paths.is_device(text)
        or paths.folded(text) in {".", "/", ".."}
    ):
        return deed(Effect.DESTROYS_DATA, why, thing)
    return deed(Effect.DELETES, why, thing)


def _narrow(text: str) -> bool:
    """`*.log` here names a kind; `*` and anything wide outside of the working tree does not."""
    last = text.rpartition("/")[2]
    return not text.startswith(("/", "~", "..", HOLE)) and "**" not in text and any(letter.isalnum() for letter in last)


def _made_again(text: str, cwd: str) -> bool:
    if cwd == "." or text.startswith(("/", "~")):
        return paths.is_makeable(text)
    return paths.is_working_tree(cwd) and paths.is_makeable(text)

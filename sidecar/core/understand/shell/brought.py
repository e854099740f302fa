"""Folders that this same text brought from the network: a clone, an unpacked archive. What is run from one is code
from there.

Rules:
- A path is judged from the folder that the shell went to before.
- An archive unpacked where one stands may hold anything beside what was there: a file that is started by its path, or
  from a folder below, may be of it; a script named to an interpreter in that same folder is taken for one's own.
"""

from sidecar.core.understand import paths
from sidecar.core.understand.shell.call import HOLE, Call, Stream
from sidecar.core.understand.shell.commands.remove import CWD

_TREE = f"{HOLE}tree "


def bring(call: Call, folder: str, hosts: tuple[str, ...]) -> None:
    """Everything below the folder came from these hosts."""
    call.files[_TREE + _place(call.files, folder)] = Stream(hosts=hosts)


def brought(files: dict[str, Stream], path: str, *, named: bool = False) -> Stream | None:
    """Where the file came from. `named`: it is given to an interpreter."""
    trees = {name.removeprefix(_TREE): stream for name, stream in files.items() if name.startswith(_TREE)}
    if not trees:
        return None
    place = _place(files, path)
    if HOLE in place:
        return next(iter(trees.values()))
    beside = named and _cwd(files) == "."
    for folder, stream in trees.items():
        inside = not place.startswith(("/", "~")) if folder == "." else place.startswith(f"{folder}/")
        if inside and not (folder == "." and beside):
            return stream
    return None


def _cwd(files: dict[str, Stream]) -> str:
    stream = files.get(CWD)
    return stream.text or "." if stream is not None else "."


def _place(files: dict[str, Stream], path: str) -> str:
    whole = path if path.startswith(("/", "~")) else f"{_cwd(files)}/{path}"
    return paths.folded(whole)

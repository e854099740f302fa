"""File tools: what they read and write, by path.

Rules:
- Writing where something starts by itself runs code later; writing where rights are written down changes access.
- A path that is no text is unknown.
"""

from collections.abc import Callable, Mapping
from functools import partial

from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed

Input = Mapping[str, object]
NAMES = (
    *("file_path", "notebook_path", "path", "filename", "file", "target_file", "source", "destination", "uri"),
    *("old_path", "new_path"),
)


def read_path(path: str, how: str) -> tuple[Deed, ...]:
    thing = Object(Thing.PATH, path)
    if paths.is_nothing(path):
        return ()
    return (Deed(Effect.READS_SECRET if paths.is_secret(path) else Effect.READS, f"{how} {path}", (thing,)),)


def write_path(path: str, how: str) -> tuple[Deed, ...]:
    thing, why = Object(Thing.PATH, path), f"{how} {path}"
    found = [Deed(Effect.WRITES, why, (thing,))]
    if paths.is_device(path) or paths.is_kept(path):
        found.append(Deed(Effect.DESTROYS_DATA, f"{why}: what was there is gone", (thing,)))
    if paths.grants_access(path):
        found.append(Deed(Effect.CHANGES_ACCESS, f"{why}: it says who may do what", (thing,)))
    if paths.starts_something(path):
        found.append(Deed(Effect.RUNS_CODE, f"{why}: it runs later, unasked", (thing,)))
    return tuple(found)


def remove_path(path: str, how: str) -> tuple[Deed, ...]:
    gone = not paths.is_makeable(path) and (paths.is_kept(path) or path.endswith("/"))
    return (Deed(Effect.DESTROYS_DATA if gone else Effect.DELETES, f"{how} {path}", (Object(Thing.PATH, path),)),)


Touch = Callable[[str, str], tuple[Deed, ...]]


def _paths(input: Input) -> list[object]:
    several = input.get("paths")
    found = [input[name] for name in NAMES if name in input]
    return found + (list(several) if isinstance(several, list) else [])


def touched(input: Input, *, how: str, touch: Touch, default: str | None = None) -> Understood:
    """Each path that the call names."""
    found = _paths(input) or ([default] if default is not None else [])
    named = [path for path in found if isinstance(path, str)]
    deeds = tuple(deed for path in named for deed in touch(path, how))
    unread = () if named and len(named) == len(found) else (f"{how} without a path",)
    return Understood(Node(f"{how} {' '.join(named)}".strip(), deeds), unread)


_READ = partial(touched, how="read", touch=read_path)
_LOOK = partial(touched, how="look in", touch=read_path, default=".")
_WRITE = partial(touched, how="write", touch=write_path)
_REMOVE = partial(touched, how="remove", touch=remove_path)


def _grep(input: Input) -> Understood:
    """It shows what stands in the files: of a folder or of a pattern that holds secrets, too."""
    patterns = [value for name in ("glob", "include") if isinstance(value := input.get(name), str)]
    found = _LOOK(input)
    deeds = tuple(deed for pattern in patterns for deed in read_path(pattern.rpartition("/")[2], "look in"))
    return Understood(Node(found.tree.label, (*found.tree.deeds, *deeds)), found.unread)


def editor(input: Input) -> Understood:
    """The text editor and the memory tool: their command says what they do."""
    command = input.get("command")
    touch = _COMMANDS.get(command, _WRITE) if isinstance(command, str) else _WRITE
    found = touch(input)
    if command == "delete" and isinstance(path := input.get("path"), str) and path.strip("/") == "memories":
        gone = Deed(Effect.DESTROYS_DATA, "all of the memory", (Object(Thing.PATH, path),))
        return Understood(Node("all of the memory", (gone,)), found.unread)
    return found


_COMMANDS = {"view": _READ, "delete": _REMOVE}

FILE_TOOLS: dict[str, Callable[[Input], Understood]] = {
    **dict.fromkeys(
        listed("read read_file read_text_file read_media_file read_multiple_files view notebookread get_file_contents"),
        _READ,
    ),
    **dict.fromkeys(listed("glob ls list_directory directory_tree search_files list_dir get_file_info"), _LOOK),
    "grep": _grep,
    **dict.fromkeys(
        listed("write edit multiedit notebookedit write_file edit_file create_file create_directory append_file"),
        _WRITE,
    ),
    **dict.fromkeys(listed("delete_file remove_file delete_directory remove_directory"), _REMOVE),
    "move_file": _WRITE,
    **dict.fromkeys(
        listed(
            "str_replace_editor str_replace_based_edit_tool str_replace_based_edit text_editor"
            " text_editor_code_execution memory"
        ),
        editor,
    ),
}

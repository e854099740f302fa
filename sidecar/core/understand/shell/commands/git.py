"""git.

Rules:
- Pushing to a remote that has a name is ordinary work: somebody set that remote up. Pushing to an address leaves.
- History that is rewritten, work that was not committed, branches that are not merged: gone means destroyed.
"""

from collections.abc import Callable

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.shell.brought import bring
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Call,
    Reader,
    Reading,
    Script,
    Stream,
    Word,
    deed,
    does,
    host,
    joined,
    resource,
)
from sidecar.core.understand.shell.commands.hosts import host_of
from sidecar.core.understand.shell.commands.touching import reading
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags

_GIT_VALUED = (
    "C c git-dir work-tree namespace exec-path config-env m message F file author date b B n grep S G o push-option"
)
_DESTROYS = rows(
    Effect.DESTROYS_DATA,
    "push ? --force --force-with-lease -f --mirror --delete -d --prune ! --dry-run -n"
    "; reset ? --hard --merge --keep; clean ? -f --force ! -n --dry-run; branch ? -D"
    "; branch ? -f --force; tag ? -d --delete; stash clear; stash drop; checkout ."
    "; checkout ? -f --force; checkout * .; restore . ! --staged; restore :/ ! --staged"
    "; restore -- . ! --staged; switch ? --discard-changes -f --force; filter-branch; filter-repo"
    "; reflog expire; reflog delete; gc ? --prune; prune ! -n --dry-run; update-ref ? -d --delete"
    "; worktree remove ? -f --force; rm ? -r ! --cached; submodule deinit ? -f --force; lfs prune"
    "; replace",
)
_READS = rows(
    Effect.READS,
    "status; log; diff; show; blame; annotate; grep; ls-files; ls-tree; ls-remote; rev-parse"
    "; rev-list; describe; shortlog; cat-file; count-objects; fsck; bisect; check-ignore"
    "; merge-base; name-rev; for-each-ref; whatchanged; cherry; var; show-ref; fetch"
    "; config ? --get --list -l --get-all --get-regexp; reflog"
    "; branch ? --list -a -r -v --show-current; stash list; stash show; remote ? -v; remote show"
    "; worktree list; clean ? -n --dry-run",
)
_WRITES = rows(Effect.WRITES, "push; stash push; stash save; commit; add; reset; revert; restore")
_DELETES = rows(Effect.DELETES, "branch ? -d --delete; rm; worktree remove; remote remove; remote rm")
_git = verbs([*_DESTROYS, *_READS, *_WRITES, *_DELETES], _GIT_VALUED)
# Settings whose value git runs.
_RUNNING = (
    "alias.",
    "core.pager",
    "core.editor",
    "core.sshcommand",
    "core.hookspath",
    "core.fsmonitor",
    "credential.helper",
    "diff.external",
    "sequence.editor",
    "core.gitproxy",
    "uploadpack",
    "pager.",
    "filter.",
    "gpg.program",
)

# Of these, what starts without being asked for; the usual programs behind them are no change.
_UNASKED = frozenset(
    ("core.sshcommand", "core.hookspath", "core.fsmonitor", "core.gitproxy", "uploadpack.packobjectshook")
)
# Where what git brings comes from, and whether that is checked.
_TRUST = (".sslverify", ".proxy", ".sslcainfo", ".allow", "safe.directory", ".insteadof.url")
_USUAL = ("ssh ", "true", "false", "/dev/null")


def git(call: Call) -> Reading:
    read = flags(call.args, frozenset(_GIT_VALUED.split()))
    verb = read.operands[0].text if read.operands else ""
    special = _SPECIAL.get(verb)
    parts = [_git(call), *_configured(call)]
    if special is not None:
        parts.append(special(call, read.operands[1:]))
    return joined(*parts)


def _tool(call: Call, _: tuple[Word, ...]) -> Reading:
    names = frozenset({"x", "extcmd"})
    return Reading(runs=tuple(Script(word, "git difftool") for word in flags(call.args, names).values(*names)))


def _configured(call: Call) -> list[Reading]:
    """`git -c core.pager='rm x' log`."""
    found = []
    if any(word.text.startswith("--exec-path=") for word in call.args):
        found.append(Reading(unread=("git with programs of another folder",)))
    clones = any(word.text == "clone" for word in call.args)
    for option, word in flags(call.args, frozenset({"c", "C", "config"}), stop=not clones).given:
        name, _, value = (word.text if word else "").partition("=")
        if option in {"c", "config"} and name.lower().startswith(_RUNNING) and value:
            found.append(_runs(value, call, name))
    return found


def _runs(value: str, call: Call, name: str) -> Reading:
    text = value.removeprefix("!")
    run = Reading((deed(Effect.RUNS_CODE, call.shown),), (Script(Word(text), "git runs"),))
    if name.lower() in _UNASKED and not text.startswith(_USUAL):
        return joined(run, does(Effect.CHANGES_ACCESS, call, why="changes what git starts by itself"))
    return run


def _shown(_: Call, operands: tuple[Word, ...]) -> Reading:
    """`git show HEAD:.env`, `git log -p -- .env`."""
    named = [Word(word.text.rpartition(":")[2]) for word in operands]
    return Reading(tuple(one for one in reading(named, "git shows") if one.effect is Effect.READS_SECRET))


def _remote(call: Call, operands: tuple[Word, ...]) -> Reading:
    """An address given a name in this same text is no address that somebody set up."""
    verb, *names = [word.text for word in operands[:3]] or [""]
    if verb in {"add", "set-url"} and len(names) == 2:
        call.files[f"{HOLE}remote {names[0]}"] = Stream(hosts=(_address_host(names[1]),))
    return NOTHING


def _push(call: Call, operands: tuple[Word, ...]) -> Reading:
    parts = [Reading((deed(Effect.WRITES, call.shown, *(resource(word.shown) for word in operands[:1])),))]
    if any(word.text.startswith(("+", ":")) and len(word.text) > 1 for word in operands[1:]):
        parts.append(does(Effect.DESTROYS_DATA, call, why="replaces or removes what is there"))
    if operands and _is_address(operands[0].text):
        parts.append(does(Effect.LEAVES_MACHINE, call, host(_address_host(operands[0].text))))
    new = call.files.get(f"{HOLE}remote {operands[0].text}") if operands else None
    if new is not None:
        parts.append(does(Effect.LEAVES_MACHINE, call, *map(host, new.hosts)))
    return joined(*parts)


def _is_address(text: str) -> bool:
    return "://" in text or ("@" in text and ":" in text) or text.startswith("\x00")


def _address_host(text: str) -> str:
    return host_of(text if "://" in text else text.partition(":")[0])


def _fetches(call: Call, operands: tuple[Word, ...]) -> Reading:
    """What a clone brings, its own programs among it, is only read; nothing of it runs yet."""
    addresses = [word for word in operands if _is_address(word.text)]
    _cloned(call, operands, addresses)
    if any(word.text.startswith("ext::") for word in operands):
        return Reading((deed(Effect.RUNS_CODE, call.shown),), (), ("a transport of git that runs a command",))
    return does(Effect.READS, call, *(host(_address_host(word.text)) for word in addresses))


def _cloned(call: Call, operands: tuple[Word, ...], addresses: list[Word]) -> None:
    if not addresses or not any(word.text == "clone" for word in call.args):
        return
    address = addresses[0].text
    after = operands[operands.index(addresses[0]) + 1 :]
    folder = after[0].text if after else address.rstrip("/").rpartition("/")[2].removesuffix(".git")
    bring(call, folder, (_address_host(address),))


def _archive(call: Call, _: tuple[Word, ...]) -> Reading:
    """Of a repository elsewhere: asked for over a connection of its own."""
    there = flags(call.args, frozenset({"remote", "o", "output", "format", "prefix", "exec"})).values("remote")
    return does(Effect.LEAVES_MACHINE, call, *(host(_address_host(word.text)) for word in there)) if there else NOTHING


def _config(call: Call, operands: tuple[Word, ...]) -> Reading:
    name = operands[0].text.lower() if len(operands) > 1 else ""
    if name.endswith(_TRUST) or (name.endswith("insteadof") and "://" in name):
        return does(Effect.CHANGES_ACCESS, call, why="changes whom git trusts")
    if not name.startswith(_RUNNING):
        return NOTHING
    own = not any(word.text in {"--global", "--system", "--file", "-f"} for word in call.args)
    if own and operands[0].text.lower() == "core.hookspath" and paths.is_inside(operands[1].text):
        return does(Effect.RUNS_CODE, call)
    return (
        _runs(operands[1].text, call, operands[0].text)
        if operands[0].text != "credential.helper"
        else does(Effect.CHANGES_ACCESS, call)
    )


def _checkout(call: Call, _: tuple[Word, ...]) -> Reading:
    """`git checkout -- .` throws away everything that was not committed; named files are counted."""
    texts = [word.text for word in call.args]
    after = texts[texts.index("--") + 1 :] if "--" in texts else []
    wide = any(paths.folded(text) in {".", "*", ":/"} or "*" in text for text in after)
    if wide:
        return does(Effect.DESTROYS_DATA, call)
    return does(Effect.DELETES, call) if after else NOTHING


def _restore(call: Call, operands: tuple[Word, ...]) -> Reading:
    staged = any(word.text in {"--staged", "-S"} for word in call.args) and not any(
        word.text in {"--worktree", "-W"} for word in call.args
    )
    wide = any(paths.folded(word.text) in {".", ":/"} or "*" in word.text for word in operands)
    return does(Effect.DESTROYS_DATA, call) if wide and not staged else NOTHING


def _rebase(call: Call, _: tuple[Word, ...]) -> Reading:
    commands = flags(call.args, frozenset({"x", "exec"})).values("x", "exec")
    return Reading(runs=tuple(Script(word, "git rebase -x") for word in commands))


def _foreach(call: Call, operands: tuple[Word, ...]) -> Reading:
    if not operands or operands[0].text not in {"foreach", "run"}:
        return NOTHING
    at = next(i for i, word in enumerate(call.args) if word is operands[0])
    rest = [word.text for word in call.args[at + 1 :] if word.text not in {"--recursive", "--quiet"}]
    return Reading(runs=(Script(Word(" ".join(rest)), call.name),)) if rest else NOTHING


def _credential(call: Call, _: tuple[Word, ...]) -> Reading:
    return does(Effect.READS_SECRET, call)


def _grep(call: Call, _: tuple[Word, ...]) -> Reading:
    names = frozenset({"O", "open-files-in-pager"})
    return Reading(runs=tuple(Script(word, "git grep") for word in flags(call.args, names).values(*names)))


def _leaves(call: Call, _: tuple[Word, ...]) -> Reading:
    return does(Effect.LEAVES_MACHINE, call)


_SPECIAL: dict[str, Callable[[Call, tuple[Word, ...]], Reading]] = {
    "push": _push,
    "grep": _grep,
    "difftool": _tool,
    "ls-remote": _fetches,
    **dict.fromkeys(("show", "log", "diff", "cat-file", "blame"), _shown),
    "remote": _remote,
    "clone": _fetches,
    "fetch": _fetches,
    "pull": _fetches,
    "config": _config,
    "checkout": _checkout,
    "restore": _restore,
    "rebase": _rebase,
    "submodule": _foreach,
    "bisect": _foreach,
    "credential": _credential,
    "archive": _archive,
    **dict.fromkeys(("daemon", "send-email"), _leaves),
}


GIT: dict[str, Reader] = {"git": git, "hub": git, "tig": lambda call: does(Effect.READS, call)}

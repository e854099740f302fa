"""git and the programs of code hosts.

Rules:
- Pushing to a remote that has a name is ordinary work: somebody set that remote up. Pushing to an address leaves.
- History that is rewritten, work that was not committed, branches that are not merged: gone means destroyed.
"""

from collections.abc import Callable

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import (
    NOTHING,
    Call,
    Reader,
    Reading,
    Script,
    Word,
    deed,
    does,
    host,
    joined,
    resource,
)
from sidecar.core.understand.shell.commands.hosts import host_of
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
_DELETES = rows(Effect.DELETES, "branch ? -d --delete; rm; worktree remove; remote remove; remote rm")
_git = verbs([*_DESTROYS, *_READS, *_DELETES], _GIT_VALUED)
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


def git(call: Call) -> Reading:
    read = flags(call.args, frozenset(_GIT_VALUED.split()))
    verb = read.operands[0].text if read.operands else ""
    special = _SPECIAL.get(verb)
    parts = [_git(call), *_configured(call)]
    if special is not None:
        parts.append(special(call, read.operands[1:]))
    return joined(*parts)


def _configured(call: Call) -> list[Reading]:
    """`git -c core.pager='rm x' log`."""
    found = []
    for option, word in flags(call.args, frozenset({"c", "C"}), stop=True).given:
        name, _, value = (word.text if word else "").partition("=")
        if option == "c" and name.lower().startswith(_RUNNING) and value:
            found.append(_runs(value, call))
    return found


def _runs(value: str, call: Call) -> Reading:
    text = value.removeprefix("!")
    return Reading((deed(Effect.RUNS_CODE, call.shown),), (Script(Word(text), "git runs"),))


def _push(call: Call, operands: tuple[Word, ...]) -> Reading:
    parts = [Reading((deed(Effect.WRITES, call.shown, *(resource(word.shown) for word in operands[:1])),))]
    if any(word.text.startswith(("+", ":")) and len(word.text) > 1 for word in operands[1:]):
        parts.append(does(Effect.DESTROYS_DATA, call, why="replaces or removes what is there"))
    if operands and _is_address(operands[0].text):
        parts.append(does(Effect.LEAVES_MACHINE, call, host(_address_host(operands[0].text))))
    return joined(*parts)


def _is_address(text: str) -> bool:
    return "://" in text or ("@" in text and ":" in text) or text.startswith("\x00")


def _address_host(text: str) -> str:
    return host_of(text if "://" in text else text.partition(":")[0])


def _fetches(call: Call, operands: tuple[Word, ...]) -> Reading:
    """What a clone brings, its own programs among it, is only read; nothing of it runs yet."""
    addresses = [word for word in operands if _is_address(word.text)]
    if any(word.text.startswith("ext::") for word in operands):
        return Reading((deed(Effect.RUNS_CODE, call.shown),), (), ("a transport of git that runs a command",))
    return does(Effect.READS, call, *(host(_address_host(word.text)) for word in addresses))


def _config(call: Call, operands: tuple[Word, ...]) -> Reading:
    if len(operands) < 2 or not operands[0].text.lower().startswith(_RUNNING):
        return NOTHING
    return (
        _runs(operands[1].text, call) if operands[0].text != "credential.helper" else does(Effect.CHANGES_ACCESS, call)
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
    rest = [word.text for word in operands[1:]]
    return Reading(runs=(Script(Word(" ".join(rest)), call.name),)) if rest else NOTHING


def _credential(call: Call, _: tuple[Word, ...]) -> Reading:
    return does(Effect.READS_SECRET, call)


def _leaves(call: Call, _: tuple[Word, ...]) -> Reading:
    return does(Effect.LEAVES_MACHINE, call)


_SPECIAL: dict[str, Callable[[Call, tuple[Word, ...]], Reading]] = {
    "push": _push,
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
    **dict.fromkeys(("daemon", "send-email"), _leaves),
}

_GH = [
    *rows(Effect.READS_SECRET, "auth token; auth status ? --show-token -t"),
    *rows(
        Effect.DESTROYS_DATA,
        "repo delete; repo archive; release delete; run delete; cache delete; issue delete"
        "; gist delete; label delete; project delete; codespace delete; workflow disable"
        "; api ? --method=DELETE; release delete-asset",
    ),
    *rows(
        Effect.CHANGES_ACCESS,
        "secret *; variable set; ssh-key *; gpg-key *; auth login; auth refresh; repo deploy-key *; auth setup-git",
    ),
    *rows(Effect.CHANGES_ACCESS, "repo edit ? --visibility"),
    *rows(
        Effect.LEAVES_MACHINE,
        "gist create; repo create ? --push --public --source; release upload; release create",
    ),
    *rows(Effect.RUNS_CODE, "workflow run; extension install; codespace ssh"),
    *rows(
        Effect.READS,
        *(
            f"{thing} {verb}"
            for thing in listed("pr issue repo run release workflow gist label project ruleset cache")
            for verb in listed("list view status diff checks watch download")
        ),
        "auth status",
        "status",
        "search *",
        "browse",
        "secret list",
    ),
]
_gh = verbs(
    [row for row in _GH if row.words != ("secret", "list")],
    "R repo t title b body F body-file l label a assignee m X method f field H header q jq template json L limit",
)


def gh(call: Call) -> Reading:
    read = flags(call.args, frozenset(listed("X method f F field raw-field H header q jq input R repo")))
    if read.operands and read.operands[0].text == "api":
        methods = [word.text.upper() for word in read.values("X", "method")]
        if "DELETE" in methods:
            return does(Effect.DESTROYS_DATA, call)
        sends = (methods and methods != ["GET"]) or (
            not methods and read.values("f", "F", "field", "raw-field", "input")
        )
        return does(Effect.WRITES if sends else Effect.READS, call)
    if [word.text for word in read.operands[:2]] == ["secret", "list"]:
        return does(Effect.READS, call)
    return _gh(call)


GIT: dict[str, Reader] = {"git": git, "gh": gh, "glab": gh, "hub": git, "tig": lambda call: does(Effect.READS, call)}

"""Package managers: they install, run what they install, publish, and start scripts.

Rules:
- A package by name installs; a package by address runs code from there.
- What a project's own scripts do is not known; starting them is ordinary work, so it is not `unknown`.
"""

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import (
    NOTHING,
    Argv,
    Call,
    Code,
    Reader,
    Reading,
    Script,
    Word,
    deed,
    does,
    host,
    joined,
)
from sidecar.core.understand.shell.commands.hosts import host_of, is_local
from sidecar.core.understand.shell.commands.tasks import named_loss, written
from sidecar.core.understand.shell.commands.tools import FETCHED
from sidecar.core.understand.shell.flags import Flags, flags

_E = Effect
_VALUED = frozenset(
    listed(
        "r requirement c constraint e editable i index-url extra-index-url f find-links t target"
        " prefix C w workspace filter registry p package version python t tag features manifest-path"
        " group with from directory cwd call"
    )
)


def manager(
    install: str, *, publish: str = "", remove: str = "", run: str = "", access: str = "", quiet: str = ""
) -> Reader:
    """A package manager by the names of its verbs."""
    table = {
        **dict.fromkeys(install.split(), _E.INSTALLS),
        **dict.fromkeys(remove.split(), _E.DELETES),
        **dict.fromkeys(publish.split(), _E.LEAVES_MACHINE),
        **dict.fromkeys(access.split(), _E.CHANGES_ACCESS),
    }
    runs, silent = frozenset(run.split()), frozenset(quiet.split())

    def reader(call: Call) -> Reading:
        read = flags(call.args, _VALUED)
        verb = read.operands[0].text if read.operands else ""
        if verb in runs:
            return _runs(call, verb)
        effect = table.get(verb)
        if verb in {"config", "conf"} and "://" in call.shown:
            return does(_E.CHANGES_ACCESS, call, why="changes where packages come from")
        if effect is _E.DELETES and _forced(read):
            return does(_E.DESTROYS_DATA, call, why="also what others need")
        if effect is None:
            known = verb in silent or not verb
            return joined(
                does(_E.READS if known else _E.WRITES, call), NOTHING if known else named_loss(call, read.operands)
            )
        if read.has("dry-run"):
            return does(_E.READS, call)
        return joined(does(effect, call, *_packages(read.operands[1:])), *_addresses(call, effect))

    return reader


def _forced(read: Flags) -> bool:
    """Past the guard that keeps what the system or other packages need."""
    return any(option.startswith(("allow-remove", "force-", "nodeps", "ignore-depend")) for option, _ in read.given)


def _packages(words: tuple[Word, ...]) -> list[Object]:
    return [Object(Thing.PACKAGE, word.shown) for word in words if not word.text.startswith((".", "/"))]


def _addresses(call: Call, effect: Effect) -> list[Reading]:
    """Packages from elsewhere than the registry that a person set up."""
    if effect is not _E.INSTALLS:
        return []
    found = [
        word.text.partition("+")[2]
        if word.text.startswith("git+")
        else word.text.partition("=")[2]
        if word.text.startswith("--")
        else word.text
        for word in call.args
    ]
    away = [text for text in found if ("://" in text or text.startswith("git@")) and not is_local(text)]
    if not away:
        return []
    return [does(_E.RUNS_CODE, call, *(host(host_of(text)) for text in away), why="code from there")]


def _runs(call: Call, verb: str) -> Reading:
    """`npm exec x`, `poetry run x`, `uv run x`: the rest is a command."""
    at = next(i for i, word in enumerate(call.args) if word.text == verb)
    rest = flags(call.args[at + 1 :], _VALUED, stop=True).operands
    if verb == "dlx":
        return npx(Call("npx", rest, call.stdin))
    if call.name in {"npm", "pnpm", "yarn", "bun"} and verb in {"run", "run-script"}:
        return joined(does(_E.READS, call, why="starts a script of the project"), named_loss(call, rest), written(call))
    return Reading(runs=(Argv(rest, call.stdin),)) if rest else does(_E.READS, call)


def npx(call: Call) -> Reading:
    """A package that is fetched if it is not there, and run."""
    read = flags(call.args, frozenset({"p", "package", "c", "call", "from", "with", "python"}), stop=True)
    runs = tuple(Script(word, call.name) for word in read.values("c", "call"))
    name = read.operands[0].text if read.operands else ""
    if "://" in name or name.startswith(("github:", "gist:")):
        return Reading((deed(_E.RUNS_CODE, call.shown, host(host_of(name))),), runs)
    if read.operands and name in FETCHED:
        return Reading(runs=(Argv(read.operands, call.stdin),))
    return Reading(
        (
            deed(_E.RUNS_CODE, call.shown, Object(Thing.PACKAGE, name)),
            deed(_E.INSTALLS, call.shown, Object(Thing.PACKAGE, name)),
        ),
        (*runs, *((Argv((Word(_tool(name)), *read.operands[1:]), call.stdin),) if name else ())),
    )


def _tool(package: str) -> str:
    """`@acme/cli@2` brings a program that is called like it: `cli`."""
    return package.rpartition("/")[2].partition("@")[0] or package


_NPM = manager(
    "install i add ci update upgrade up link create init",
    publish="publish",
    remove="uninstall remove rm un prune",
    run="run run-script exec x dlx",
    access="login adduser token owner access dist-tag unpublish deprecate",
    quiet=(
        "test t start ls list view info outdated audit pack version help why config explain fund root"
        " prefix bin doctor ping search dev build lint format typecheck"
    ),
)


def npm(call: Call) -> Reading:
    """`npm pkg set scripts.x=…` writes a command that a later install runs; `config set registry` says from where."""
    words = [word for word in call.args if not word.text.startswith("-")]
    texts = [word.text for word in words[:2]]
    if texts == ["pkg", "set"]:
        values = [word.text.partition("=") for word in words[2:]]
        runs = tuple(Script(Word(value), call.name) for name, _, value in values if name.startswith("scripts"))
        return joined(does(_E.WRITES, call), Reading(runs=runs))
    if texts == ["config", "set"] and "_auth" in call.shown:
        return does(_E.CHANGES_ACCESS, call, why="changes where packages come from")
    return joined(_NPM(call), written(call)) if texts[:1] in (["install"], ["ci"], ["test"]) else _NPM(call)


_PIP = manager(
    "install download wheel",
    remove="uninstall",
    quiet="list show freeze check search index debug help inspect cache config",
    publish="",
)
_SYSTEM = manager(
    "install add upgrade update dist-upgrade full-upgrade reinstall localinstall -S -Syu -Sy -i groupinstall tap cask",
    remove="remove purge autoremove uninstall erase del clean autoclean -R -Rs",
    quiet="list search show info policy cache outdated services deps doctor config",
)


def pacman(call: Call) -> Reading:
    first = call.args[0].text if call.args else ""
    effect = (
        _E.INSTALLS
        if first.startswith(("-S", "-U")) and "s" not in first[2:]
        else _E.DELETES
        if first.startswith("-R")
        else _E.READS
    )
    return does(effect, call, *_packages(tuple(w for w in call.args[1:] if not w.text.startswith("-"))))


def dpkg(call: Call) -> Reading:
    read = flags(call.args)
    if _forced(read) and not read.has("i", "install", "U"):
        return does(_E.DESTROYS_DATA, call, why="also what others need")
    return does(
        _E.INSTALLS
        if read.has("i", "install", "U")
        else _E.DELETES
        if read.has("r", "P", "remove", "purge", "e")
        else _E.READS,
        call,
    )


def easy(call: Call) -> Reading:
    return joined(does(_E.INSTALLS, call), *_addresses(call, _E.INSTALLS))


def go(call: Call) -> Reading:
    """`go run address@version` fetches and runs."""
    words = [word for word in call.args if not word.text.startswith("-")]
    away = [word for word in words[1:] if "@" in word.text and "." in word.text.partition("/")[0]]
    if words and words[0].text == "run" and away:
        return does(_E.RUNS_CODE, call, *(Object(Thing.PACKAGE, word.shown) for word in away))
    text = call.files.get(paths.folded(words[1].text)) if words and words[0].text == "run" and words[1:] else None
    if text is not None and text.text is not None:
        return Reading((deed(_E.RUNS_CODE, call.shown),), (Code(Word(text.text), "go"),))
    return _GO(call)


_GO = manager("get install", quiet="build test vet fmt run mod list env doc version generate tool work clean")

PACKAGES: dict[str, Reader] = {
    **dict.fromkeys(listed("npm pnpm yarn bun cnpm"), npm),
    **dict.fromkeys(listed("npx bunx pnpx uvx"), npx),
    **dict.fromkeys(("pip", "pip3", "pip2"), _PIP),
    "pipx": manager("install inject upgrade", remove="uninstall", run="run"),
    "uv": manager(
        "add sync pip tool install lock",
        run="run x",
        remove="remove",
        publish="publish",
        quiet="tree version python venv build export cache",
    ),
    "poetry": manager(
        "install add update",
        run="run",
        remove="remove",
        publish="publish",
        quiet="show check env build version lock shell",
    ),
    "pdm": manager("install add update sync", run="run", remove="remove", publish="publish", quiet="list show build"),
    "pipenv": manager("install sync update", run="run", remove="uninstall", quiet="graph check lock"),
    "hatch": manager("", run="run", publish="publish", quiet="build env version test fmt"),
    "rye": manager("sync add", run="run", publish="publish"),
    "conda": manager(
        "install create update", run="run", remove="remove uninstall", quiet="list info search activate deactivate env"
    ),
    "mamba": manager("install create update", run="run", remove="remove", quiet="list info search activate"),
    **dict.fromkeys(
        listed(
            "apt apt-get aptitude yum dnf microdnf zypper apk brew port snap flatpak choco winget scoop"
            " emerge nix-env pkg opkg xbps-install"
        ),
        _SYSTEM,
    ),
    **dict.fromkeys(("pacman", "yay", "paru"), pacman),
    **dict.fromkeys(("dpkg", "rpm"), dpkg),
    **dict.fromkeys(listed("easy_install apt-add-repository add-apt-repository cpan cpanm luarocks pear pecl"), easy),
    "apt-cache": lambda call: does(_E.READS, call),
    "apt-key": lambda call: does(_E.CHANGES_ACCESS, call),
    **dict.fromkeys(
        ("gem",),
        manager(
            "install update",
            remove="uninstall",
            publish="push",
            quiet="list search info env build",
            access="signin owner yank",
        ),
    ),
    "bundle": manager(
        "install add update", run="exec", quiet="list show outdated check info config", remove="remove clean"
    ),
    "bundler": manager("install add update", run="exec"),
    "composer": manager(
        "install require update create-project",
        remove="remove",
        quiet="show validate outdated dump-autoload test",
        run="exec",
    ),
    "cargo": manager(
        "install add update",
        remove="uninstall remove clean",
        publish="publish",
        access="login owner yank",
        quiet="build test check run clippy fmt doc bench tree metadata nextest fix search miri expand",
    ),
    "rustup": manager("install update toolchain component target", quiet="show which doc run", remove="uninstall"),
    "go": go,
    "deno": manager("install add", publish="publish deploy", quiet="test fmt lint check task info cache"),
    **dict.fromkeys(
        listed("nvm fnm volta asdf mise pyenv rbenv sdk corepack n"),
        manager(
            "install use add plugin",
            remove="uninstall remove",
            run="exec",
            quiet="ls list current which versions version local global shell",
        ),
    ),
    "twine": manager("", publish="upload", quiet="check"),
    "pre-commit": manager("install autoupdate", quiet="run clean sample-config", remove="uninstall"),
}

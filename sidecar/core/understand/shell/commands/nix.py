"""Nix: it builds from a file of the working tree or from an address, and starts commands among what it built."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Argv, Call, Reader, Reading, Script, does, host, joined
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags

_E = Effect
_AWAY = ("github:", "gitlab:", "sourcehut:", "git+", "http://", "https://", "tarball+")
_TEXTS = frozenset(("run", "command"))
_VERBS = verbs(
    [
        *rows(_E.DESTROYS_DATA, "store gc; store delete; profile wipe-history; profile rollback; *-garbage"),
        *rows(_E.INSTALLS, "profile install; profile add; profile upgrade; registry add; registry pin; copy"),
        *rows(
            _E.READS, "eval; search; log; path-info; why-depends; show-config; flake *; store ls; derivation show; fmt"
        ),
        *rows(_E.RUNS_CODE, "build; develop; shell; run; repl; flake update; flake check"),
    ],
    "f file expr option I",
)


def nix(call: Call) -> Reading:
    """`nix develop -c command …`, `nix-shell -p tool --run 'text'`, `nix run github:owner/tool`."""
    read = flags(call.args, frozenset((*_TEXTS, "p", "packages", "f", "file", "I", "option")))
    texts = () if call.name == "nix" else tuple(Script(word, call.name) for word in read.values(*_TEXTS))
    at = next((at for at, word in enumerate(call.args) if word.text in {"-c", "--command"}), len(call.args))
    inner = (Argv(call.args[at + 1 :], call.stdin),) if call.name == "nix" and call.args[at + 1 :] else ()
    away = [word for word in call.args[:at] if word.text.startswith(_AWAY)]
    parts = [_VERBS(Call(call.name, call.args[:at])), Reading(runs=(*texts, *inner))]
    if away and "search" not in {word.text for word in call.args[:1]}:
        parts.append(does(_E.RUNS_CODE, call, *(host(word.text.partition("#")[0]) for word in away)))
    return joined(*parts)


def collects(call: Call) -> Reading:
    """`-d` takes the generations that one could go back to."""
    dry = flags(call.args).has("dry-run")
    return does(_E.READS if dry else _E.DESTROYS_DATA, call)


NIX: dict[str, Reader] = {
    **dict.fromkeys(listed("nix nix-shell"), nix),
    "nix-collect-garbage": collects,
}

"""Programs that print how a shell is set up, to be run as `eval "$(pyenv init -)"`.

Rule: what they print is their own and known to be harmless, so it counts as nothing. Only the words that ask for it do
so: `ssh-agent sh` runs a shell.
"""

from dataclasses import replace

from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Call, Reading, Stream

_SHELL = frozenset(listed("- bash zsh sh fish posix shell.bash shell.zsh hook -s -c -b --sh --bash --zsh --posix"))
_ALONE = frozenset(listed("ssh-agent dircolors lesspipe resize tset fzf"))
_INITS = listed("pyenv rbenv nodenv goenv jenv plenv phpenv anyenv starship zoxide atuin mcfly")
_AND = frozenset(
    (
        *(f"{name} init" for name in _INITS),
        *("pyenv virtualenv-init", "direnv hook", "mise activate", "brew shellenv", "opam env", "fnm env"),
        *("luarocks path", "minikube docker-env", "thefuck --alias", "conda shell.bash", "conda shell.zsh"),
    )
)


def initial(call: Call, reading: Reading) -> Reading:
    """What it prints, if it was asked how to set up a shell."""
    if reading.out.text is not None or reading.out.hosts or not _asks(call):
        return reading
    return replace(reading, out=Stream(""))


def _asks(call: Call) -> bool:
    words = [word.text for word in call.args]
    if call.name in _ALONE:
        return bool(words) and _SHELL.issuperset(words)
    two = f"{call.name} {words[0]}" if words else ""
    completes = words[:1] in (["completion"], ["completions"])
    options = {word for word in words[1:] if word.startswith("-")}
    return (two in _AND or completes) and _SHELL.issuperset(set(words[1:]) - options)

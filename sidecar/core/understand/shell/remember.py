"""What a shell knows after a program ran: `cd` moves, `alias` defines, `read` fills, `cp` and `mv` carry text along,
`hash -p` and `enable -f` give a name another program.
"""

from sidecar.core.understand import paths
from sidecar.core.understand.shell.call import HOLE, Call, Stream, Word
from sidecar.core.understand.shell.commands.remove import CWD
from sidecar.core.understand.shell.scope import Scope


def remember(scope: Scope, call: Call, changed: set[str]) -> None:
    """`changed`: names that no longer mean what somebody described."""
    if call.name == "alias":
        for word in call.args:
            name, equals, text = word.text.partition("=")
            if equals:
                scope.aliases[name] = text
    elif call.name in {"cd", "pushd"}:
        target = next((word.text for word in call.args if not word.text.startswith("-")), "~")
        moved = _moved(scope, target)
        scope.values["PWD"] = ((Word(moved),),)
        scope.files[CWD] = Stream(moved)
    elif call.name in {"read", "mapfile", "readarray", "getopts"}:
        for word in call.args:
            if word.text.isidentifier():
                scope.values[word.text] = ((Word(HOLE),),)
    elif call.name in {"hash", "enable"}:
        changed.update(word.text for word in call.args)
    elif call.name in {"cp", "mv", "ln"} and len(call.args) >= 2:
        stream = scope.files.get(paths.folded(call.args[-2].text))
        if stream is not None:
            scope.files[paths.folded(call.args[-1].text)] = stream


def _moved(scope: Scope, target: str) -> str:
    if target.startswith(("/", "~", HOLE)):
        return target
    before = scope.get("PWD")
    return paths.folded(f"{before[0].text if before else '.'}/{target}")

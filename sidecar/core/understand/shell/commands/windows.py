"""PowerShell as a program: its options are shortened at will, and capital letters are none."""

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Call, Code, Reader, Reading, Word, deed, path

_VALUED = listed(
    "executionpolicy ep windowstyle inputformat outputformat version workingdirectory wd configurationname"
    " psconsolefile settingsfile custompipename"
)


def power_shell(call: Call) -> Reading:
    """`-enc BASE64`, `-Command text …`, `-File x.ps1`; a text without an option is a command or a file."""
    runs = (deed(Effect.RUNS_CODE, call.shown),)
    words = list(call.args)
    while words:
        option = words[0].text
        if not option.startswith("-") or option == "-":
            return _first(call, words)
        name, words = option.lstrip("-").lower(), words[1:]
        if _means(name, "encodedcommand", "ec", "encodedarguments", "ea"):
            return Reading(runs, (), ("a PowerShell command that is encoded",))
        if _means(name, "command", "commandwithargs", "cwa"):
            return _text(call, words)
        if _means(name, "file"):
            return _first(call, words)
        if _means(name, *_VALUED):
            words = words[1:]
    return _text(call, [Word("-")]) if call.stdin.given else Reading(runs)


def _means(name: str, *options: str) -> bool:
    return bool(name) and any(option.startswith(name) for option in options)


def _first(call: Call, words: list[Word]) -> Reading:
    if words and words[0].text.lower().endswith(".ps1"):
        return Reading((deed(Effect.RUNS_CODE, call.shown, path(words[0].shown)),))
    return _text(call, words)


def _text(call: Call, words: list[Word]) -> Reading:
    runs = (deed(Effect.RUNS_CODE, call.shown),)
    if [word.text for word in words] != ["-"]:
        return Reading(runs, (Code(Word(" ".join(word.text for word in words)), "powershell"),))
    if call.stdin.text is None:
        return Reading(runs, (), ("PowerShell that is computed",))
    return Reading(runs, (Code(Word(call.stdin.text), "powershell"),))


WINDOWS: dict[str, Reader] = dict.fromkeys(("pwsh", "powershell", "powershell.exe", "pwsh.exe"), power_shell)

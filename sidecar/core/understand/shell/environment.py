"""Variables that make a program run something else, and statements that show every variable.

Rules:
- What a variable names as a command is read as one.
- A variable that loads a file into other programs (`LD_PRELOAD`) makes everything after it unknown.
"""

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.secret_names import names_secret
from sidecar.core.understand.shell.call import NOTHING, Reading, Script, Word, deed

_COMMANDS = frozenset(
    listed(
        "GIT_SSH_COMMAND GIT_SSH GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR GIT_ASKPASS SSH_ASKPASS"
        " PAGER MANPAGER EDITOR VISUAL BROWSER LESSOPEN LESSCLOSE PROMPT_COMMAND FCEDIT SUDO_EDITOR SUDO_ASKPASS "
        "SYSTEMD_PAGER AWS_PAGER GH_PAGER PSQL_EDITOR PSQL_PAGER CC CXX RUSTC_WRAPPER"
    )
)
_LOADS = frozenset(
    listed(
        "LD_PRELOAD LD_AUDIT DYLD_INSERT_LIBRARIES BASH_ENV PERL5OPT RUBYOPT PYTHONSTARTUP GIT_CONFIG_GLOBAL"
        " GIT_EXEC_PATH GCONV_PATH JAVA_TOOL_OPTIONS"
    )
)


# Where the agent's own calls go.
_GATE = frozenset(listed("ANTHROPIC_BASE_URL ANTHROPIC_UNIX_SOCKET CLAUDE_CODE_USE_BEDROCK CLAUDE_CODE_USE_VERTEX"))


def setting(name: str, value: Word) -> Reading:
    """What `NAME=value` does by itself."""
    if not value.text:
        return NOTHING
    if name in _COMMANDS:
        return Reading(runs=(Script(Word(value.text.lstrip("|-")), name),))
    risky = name == "NODE_OPTIONS" and any(word in value.text for word in ("require", "import", "loader", "-r"))
    if name in _LOADS or risky:
        return Reading(unread=(f"{name} loads {value.shown} into what runs",))
    if name in _GATE:
        return Reading((deed(Effect.CHANGES_ACCESS, f"{name}: calls go another way than through here"),))
    if name == "PATH" and any(paths.is_temporary(f"{one}/") for one in value.text.split(":")):
        return Reading(unread=(f"programs are looked up in {value.shown}",))
    return NOTHING


def declared(words: list[str], names: list[str]) -> Reading:
    """`export`, `declare -p`: without a name they show every variable."""
    shows = all(word.startswith("-") and set(word[1:]) <= set("px") for word in words)
    if shows and not names:
        return Reading((deed(Effect.READS_SECRET, "prints every variable"),))
    if "-p" in words and any(map(names_secret, names)):
        return Reading((deed(Effect.READS_SECRET, f"prints {', '.join(names)}"),))
    return NOTHING

"""Whether a program that nobody described says by its own words that it only looks, checks or builds.

Strategy: most programs that do harm are in a table, but nobody can list them all; those that do none call their verbs
alike. So a program that no table knows is `unknown`, unless one of its first words, its options or its name is of
those in this file, or it is only given files of the working tree.

Rules:
- A word counts by its first or last piece: `list-topics`, `getblockchaininfo`, `chip_id`.
- A last word that is a plural (`restic snapshots`, `adb devices`) lists.
- A program without any word is looked at or started, which says nothing more.
"""

import re
from itertools import pairwise

from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import HOLE, Word
from sidecar.core.understand.shell.commands.hosts import is_local
from sidecar.core.understand.shell.flags import flags

MOST_VERBS = 4
_LOOKS = frozenset(
    listed(
        "list ls lsd get show describe status info stat stats view cat head tail less read print log logs top tree ps"
        " diff compare blame search find grep query select count sum check lint validate verify test tests testall spec"
        " explain inspect examine display history graph dag whoami who which where id ids version help doctor ping ask"
        " health healthcheck preview plan simulate estimate analyze analyse audit scan report summary profile trace"
        " monitor watch deps diagnose manifest logcat decode schema results du df outdated env about man doc docs"
        " usage examples"
        " completion completions config-test"
        " configtest contexts current peek discover detect probe lookup resolve"
    )
)
_MAKES = frozenset(
    listed(
        "build rebuild compile make bundle pack package assemble test bench benchmark generate gen codegen render"
        " template synth new init create scaffold add install i ci setup fmt format fix prettify convert transform"
        " transpile minify typecheck types run serve dev start emulate draw dump nbconvert kernelspec coverage"
        " measure fetch pull download clone export resolve tidy lock sync-deps pub clean task todo note notebook repl"
        " local snapshot parse extract translate cache spell analyzer metro storybook e2e unit integration ios"
        " android web story"
    )
)
_TAME = _LOOKS | _MAKES
# After one of these, a later word is the name of something.
_CHANGES = frozenset(
    listed(
        "set update apply write put edit modify enable disable stop kill cancel send submit push deploy import load"
        " restart resize scale move rename register transfer void approve reject publish trigger exec shell promote"
        " suspend resume pause block unblock offboard migrate restore rotate sync merge close archive reassign release"
        " upload post flash burn sign broadcast mint swap stake"
    )
)
_BEGINS = ("get", "list", "show", "describe", "is-", "has-", "check", "view", "print", "count", "find", "search")
# Options by which a program looks, whatever else it is told.
_OPTIONS = frozenset(
    listed(
        "list show describe status check stats info print ls du cat stat dry-run test lint validate verify show-stats"
        " members zero-stats summary query diff count format-check l"
    )
)
# What makes more of a word than looking, or nobody knows what.
_STRONG = frozenset(listed("f force y yes w write k kill d delete x wipe_data format erase exec shell submit apply"))
_NAME = frozenset(
    listed(
        "lint linter check checker fmt format formatter test tests tester stat stats info view viewer top grep find"
        " diff bench spec doc docs lsp ls compiler cc gen generator build builder prettier analyzer analyze report"
        " coverage cov profiler profile doctor score size fetch beautify pretty tree watch calc"
    )
)
_NEW = frozenset(listed("new create init format add install start export"))
_FOLDERS = frozenset(
    listed(
        "- . src docs doc tests test spec lib app apps api web packages services scripts infra k8s config configs data"
        " build dist target examples cmd internal pkg assets public static styles schemas migrations models notebooks"
    )
)
_FILE = re.compile(r"\.[A-Za-z]\w*$")
_SENTENCE = re.compile(r"[\w,.:'-]+( [\w,.:'-]+){2,}")
_PLURAL = re.compile(r"[a-z][a-z-]{2,}[^s]s")
_LSNAME = re.compile(r"(ls|get)[a-z]{2,8}|[a-z]*(lint|fmt|spell|stat|grep|diff|top|doc|test)")


def tame(name: str, args: tuple[Word, ...]) -> bool:
    """Whether these words say that nothing is done that matters."""
    if not args or name in _TAME or _named(name):
        return True
    given = {option for word in args if word.text.startswith("-") for option in _options(word.text)}
    operands = [word.text for word in flags(args).operands if not word.text.isdigit()]
    says = [text for text in operands[: _before_a_change(operands)] if _says(text)]
    if given & _OPTIONS or (says and not ("force" in given and _first(says[0]) in _NEW)):
        return True
    if _CHANGES & set(operands):
        return False
    return any(_names_this_machine(word.text) for word in args) or (not given & _STRONG and _given(operands, args))


def _given(operands: list[str], args: tuple[Word, ...]) -> bool:
    """No verb that is known: what it was given says that it lists, shows, or works on files of the working tree."""
    if not operands:
        return all(word.text.startswith("-") for word in args)
    lists = len(operands) <= 2 and _PLURAL.fullmatch(operands[-1]) is not None
    speaks = len(operands) == 1 and _SENTENCE.fullmatch(operands[0]) is not None
    others = [text for text in _not_values(args) if not text.isdigit() and not _is_here(text)]
    return lists or speaks or (not others and any(map(_is_here, operands)))


def _options(text: str) -> tuple[str, ...]:
    """`-rf` is two, `-bool`, `-pdf` and `--list` are one."""
    name = text.lstrip("-").partition("=")[0]
    letters = not text.startswith("--") and set(name) <= set("rRfFvqxndyakw") and name not in _OPTIONS
    return tuple(name) if letters else (name,)


def _before_a_change(operands: list[str]) -> int:
    """How many of the first words count: what follows `set` or `update` is only a name."""
    return next((at for at, text in enumerate(operands[:MOST_VERBS]) if text in _CHANGES), MOST_VERBS)


def _not_values(args: tuple[Word, ...]) -> list[str]:
    """Operands that stand behind no option, whose value they may be."""
    texts = ["", *(word.text for word in args)]
    return [text for before, text in pairwise(texts) if not before.startswith("-") and not text.startswith("-")]


def _names_this_machine(text: str) -> bool:
    return "localhost" in text.lower() or "127.0.0.1" in text


def _named(name: str) -> bool:
    """`ansible-lint`, `lsns`, `detect-secrets-hook`: called after what it does."""
    own = name.lower().removesuffix(".py").removesuffix(".sh")
    return bool(_NAME & {own.rpartition("-")[2], own.rpartition("_")[2]}) or _LSNAME.fullmatch(own) is not None


def _first(text: str) -> str:
    return re.split(r"[-_:]", text.lower())[0]


def _says(text: str) -> bool:
    pieces = re.split(r"[-_:]", text.lower())
    begins = text.isidentifier() and text.lower().startswith(_BEGINS)
    return begins or bool({pieces[0], pieces[-1], text.lower()} & _TAME)


def _is_here(text: str) -> bool:
    """A file or folder of the working tree, or an address of this machine."""
    if "://" in text:
        return is_local(text)
    # `vg0/snap` and `owner/repository` have a stroke too.
    looks_like_file = text.endswith("/") or _FILE.search(text) is not None or text.partition("/")[0] in _FOLDERS
    looks_like_file = looks_like_file or text.startswith("/")
    return looks_like_file and HOLE not in text and (paths.is_inside(text) or paths.is_temporary(text))

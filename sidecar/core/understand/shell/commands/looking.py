"""Programs that look and print, and do no more; what they read still matters.

Strategy: most of them are a name in a list. Those whose operands are files read them; `echo`, `printf`, `cat` and the
decoders also tell what they print, where it can be known, because it may be run next.
"""

import base64
import binascii
import codecs
import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Call,
    Reader,
    Reading,
    Stream,
    Word,
    does,
)
from sidecar.core.understand.shell.commands.archives import ARCHIVES, content
from sidecar.core.understand.shell.commands.rewriting import REWRITERS
from sidecar.core.understand.shell.commands.tools import TOOLS
from sidecar.core.understand.shell.commands.touching import reading
from sidecar.core.understand.shell.escapes import ansi_c
from sidecar.core.understand.shell.flags import flags
from sidecar.core.understand.shell.parse import LARGEST

LARGEST_TEXT = 100_000


def nothing(call: Call) -> Reading:
    return Reading(out=Stream(hosts=call.stdin.hosts))


def silent(_: Call) -> Reading:
    return Reading(out=Stream(""))


def echo(call: Call) -> Reading:
    words, escapes, end = list(call.args), False, "\n"
    while words and words[0].text.startswith("-") and len(words[0].text) > 1 and set(words[0].text[1:]) <= set("neE"):
        escapes = escapes or "e" in words[0].text
        end = "" if "n" in words[0].text else end
        words = words[1:]
    text = " ".join(word.text for word in words)
    return Reading(out=Stream((ansi_c(text) if escapes and "\\" in text else text) + end))


def printf(call: Call) -> Reading:
    """The format and its arguments, `%s` and `%b` alone; another conversion is not known."""
    words = [word.text for word in call.args if word.text != "--"]
    if not words or words[0] == "-v":
        return NOTHING
    form, args = ansi_c(words[0]), words[1:]
    pieces = form.split("%")
    if any(piece[:1] not in {"s", "b", "d"} for piece in pieces[1:] if piece):
        return NOTHING
    out, left = "", args
    for _ in range(max(1, min(len(args), 64))):
        out += pieces[0]
        for piece in pieces[1:]:
            value, left = (left[0], left[1:]) if left else ("", left)
            out += (ansi_c(value) if piece[:1] == "b" else value) + piece[1:] if piece else "%"
        if not left or len(pieces) == 1:
            break
    return Reading(out=Stream(out))


def cat(call: Call) -> Reading:
    """Files of this text are known; so is what comes in."""
    operands = [word for word in call.args if not word.text.startswith("-") or word.text == "-"]
    streams = [content(word, call) for word in operands] or [call.stdin]
    known = [stream.text for stream in streams]
    texts = [part for part in known if part is not None]
    # Longer than any text that we would read: `cat f f > g; mv g f`, again and again, doubles until memory ends.
    kept = len(texts) == len(known) and sum(map(len, texts)) <= LARGEST
    text = "".join(texts) if kept else None
    hosts = tuple(name for stream in streams for name in stream.hosts)
    return Reading(reading(operands, call.name), out=Stream(text, hosts))


def files(call: Call) -> Reading:
    """Operands are files that are read."""
    read = [word for word in call.args if not word.text.startswith("-")]
    hosts = tuple(name for word in read for name in content(word, call).hosts) or call.stdin.hosts
    return Reading(reading(read, call.name), out=Stream(hosts=hosts))


def searched(call: Call) -> Reading:
    """The first operand is a pattern, not a file, unless it came with `-e` or `-f`."""
    read = flags(
        call.args,
        frozenset(listed("e f A B C m g t T regexp file glob type max-count include exclude exclude-dir color")),
    )
    named = read.values("e", "f", "regexp", "file")
    kinds = [word for word in read.values("include", "g", "glob") if paths.is_secret(word.text)]
    patterns = named or list(read.operands[:1])
    places = read.operands if named else read.operands[1:]
    wide = read.has("r", "R", "recursive") or call.name in {"rg", "ag", "ack", "ugrep"}
    if wide and any(map(_wants_secret, patterns)) and any(word.text.startswith(("/", "~")) for word in places):
        return does(Effect.READS_SECRET, call, why="looks for secrets outside of the working tree")
    return Reading(
        reading([*places, *kinds], call.name),
        out=Stream(hosts=call.stdin.hosts),
    )


_SECRET_WORDS = re.compile(r"secret|passw|private|api.?key|token|credential|AKIA|BEGIN", re.IGNORECASE)


def _wants_secret(pattern: Word) -> bool:
    return _SECRET_WORDS.search(pattern.text) is not None


def decoded(call: Call) -> Reading:
    """base64, base32, xxd, rev: what comes out, when what goes in is known."""
    read = flags(call.args, frozenset({"w", "wrap", "i", "input", "c", "l"}))
    operands = read.operands or tuple(read.values("i", "input"))
    source = content(operands[0], call) if operands else call.stdin
    text = source.text if source.text is None or HOLE not in source.text else None
    decodes = read.has("d", "D", "decode") or (call.name == "xxd" and read.has("r")) or call.name == "rev"
    out = _decode(call.name, text) if decodes and text is not None and len(text) <= LARGEST_TEXT else None
    return Reading(reading(operands, call.name), out=Stream(out, source.hosts))


def _decode(name: str, text: str) -> str | None:
    try:
        if name == "rev":
            return "\n".join(line[::-1] for line in text.split("\n"))
        raw = "".join(text.split())
        if name == "xxd":
            return bytes.fromhex(raw).decode("utf-8", "replace")
        decode = base64.b32decode if name == "base32" else base64.b64decode
        return decode(raw + "=" * (-len(raw) % (8 if name == "base32" else 4))).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return None


def translated(call: Call) -> Reading:
    """Only rot13 is known, because it is what hides commands."""
    words = [word.text for word in call.args]
    if words in (["a-zA-Z", "n-za-mN-ZA-M"], ["A-Za-z", "N-ZA-Mn-za-m"]) and call.stdin.text is not None:
        return Reading(out=Stream(codecs.decode(call.stdin.text, "rot13"), call.stdin.hosts))
    return nothing(call)


_QUIET = listed(
    "true false : test [ cd pushd popd pwd ls ll dir tree which whereis type hash man info help"
    " apropos whatis date cal sleep wait seq yes expr bc dc factor shuf wc nl tac rev uniq cut"
    " paste join comm column fold fmt pr expand unexpand tr basename dirname realpath readlink stat"
    " file du df free uptime uname hostname arch nproc lscpu lsblk lsusb lspci lsof id whoami who w"
    " groups users last tty logname ps top htop pgrep pidof pstree jobs bg fg times ulimit umask"
    " set shopt export declare local readonly typeset unset let alias unalias getopts read mapfile"
    " readarray shift return exit break continue bind complete compgen history dirs caller enable"
    " clear reset tput stty mktemp md5sum sha1sum sha256sum sha512sum b2sum cksum sum"
    " shasum md5 cmp diff colordiff sdiff diff3 delta locate mdfind netstat ss ifconfig"
    " arp ping ping6 traceroute tracepath mtr iostat vmstat mpstat sar dmesg lsmod getent"
    " locale localectl timedatectl loginctl sw_vers vm_stat system_profiler dmidecode numfmt ts pv"
    " banner figlet cowsay fortune tokei cloc scc getconf cloc shellcheck shfmt"
    " hadolint yamllint markdownlint actionlint eslint prettier tsc mypy pyright ruff black isort"
    " flake8 pylint bandit pytest tox nox jest vitest mocha ava karma cypress playwright phpunit"
    " rspec rubocop gofmt goimports golint golangci-lint staticcheck rustfmt rustc clang-format"
    " clang-tidy cppcheck valgrind gcc g++ cc c++ clang clang++ ld ar nm objdump readelf strip size"
    " addr2line make gmake cmake ctest ninja meson bazel buck scons ant mvn mvnw gradle gradlew sbt"
    " javac jar javadoc protoc buf swift swiftc xcodebuild dotnet msbuild tslint stylelint webpack"
    " vite rollup esbuild parcel turbo nx lerna coverage pre-commit sphinx-build"
    " mkdocs hugo jekyll next nuxt gatsby ng vue uvicorn gunicorn streamlit"
    " celery nodemon pm2 convert magick identify ffmpeg ffprobe pdftotext pandoc"
    " tesseract dot plantuml latex pdflatex xelatex asciinema pip-audit safety"
    " semgrep trivy grype syft gitleaks trufflehog codespell typos vulture radon deptry"
    " import-linter lint-imports sqlfluff jsonlint open xdg-open say code fzf watchman"
    " ldd objcopy gettext msgfmt logger notify-send"
    " tmux chronic exa eza lsd dust duf procs btm btop glances nvidia-smi rocm-smi"
    " pod swiftlint ktlint detekt checkstyle mix rebar3 stack cabal ghc dune zig nim"
    " crystal gleam terraform-docs tflint tfsec checkov kubeval kubeconform kube-linter conftest"
    " opa dotslash"
)
_FILES = listed(
    "head tail less more most bat batcat nl tac strings hexdump hd od xmllint csvlook"
    " csvcut csvstat csvgrep view vi vim nvim nano emacs ed ex pico micro zcat bzcat xzcat zless"
    " zstdcat pygmentize ccat lolcat mlr xsv qsv envsubst uniq wc cut paste diff cmp"
    " comm join split csplit tsort iconv md5sum sha256sum base58 expand sum"
)


def which(call: Call) -> Reading:
    """The name serves as well as the path."""
    named = [word.text for word in call.args if not word.text.startswith("-")]
    return Reading(out=Stream(named[0] + "\n" if len(named) == 1 else None))


def mktemp(call: Call) -> Reading:
    """A new file or folder with a name that nobody else uses."""
    return NOTHING if flags(call.args, frozenset({"p", "tmpdir", "suffix", "t"})).has("p", "tmpdir") else _MADE


_MADE = Reading(out=Stream(f"{paths.JUST_MADE}\n"))


def settings(call: Call) -> Reading:
    """`set` alone prints every variable."""
    return Reading(out=Stream("")) if call.args else does(Effect.READS_SECRET, call, why="prints every variable")


def ps(call: Call) -> Reading:
    """`ps e` and `ps auxe` show the environment of every process."""
    shows = any("e" in word.text and not word.text.startswith("-") and word.text.isalpha() for word in call.args[:1])
    return does(Effect.READS_SECRET, call, why="shows every variable") if shows else NOTHING


def getent(call: Call) -> Reading:
    shadow = any(word.text in {"shadow", "gshadow"} for word in call.args)
    return does(Effect.READS_SECRET if shadow else Effect.READS, call)


# What they are given, whoever looks sees.
PRINTS = frozenset(listed("echo printf print cat tee base64 base32 xxd rev tr head tail fold od hexdump"))

LOOKERS: dict[str, Reader] = {
    **dict.fromkeys(_QUIET, nothing),
    **dict.fromkeys(TOOLS, files),
    **dict.fromkeys(_FILES, files),
    **dict.fromkeys(listed("true false : cd pushd popd test [ export alias"), silent),
    "set": settings,
    "ps": ps,
    "getent": getent,
    **dict.fromkeys(("which", "type", "whereis"), which),
    "mktemp": mktemp,
    "echo": echo,
    "print": echo,
    "printf": printf,
    "cat": cat,
    "gcat": cat,
    **dict.fromkeys(listed("base64 gbase64 base32 xxd rev"), decoded),
    "tr": translated,
    **dict.fromkeys(
        listed("grep egrep fgrep zgrep rg ag ack pcregrep ugrep jq yq gron"),
        searched,
    ),
    **REWRITERS,
    **ARCHIVES,
}

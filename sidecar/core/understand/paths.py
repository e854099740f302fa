"""What a path is: a device, a secret, something that grants access, something that can be made again.

Strategy: the path is folded (`~` and `$HOME` are one, `a/../b` is `b`), then looked up in short tables.

Rules:
- A path with a hole is judged by what is known of it.
- Only a relative path can be made again: the same name elsewhere may be anything.
"""

import posixpath
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from sidecar.core.understand.listed import listed

HOLE = "\x00"

# What builds, installs and caches leave behind; a tool makes it again.
MAKEABLE = frozenset(
    listed(
        "node_modules build dist out target bin obj .next .nuxt .output .turbo .parcel-cache"
        " .svelte-kit .angular coverage htmlcov .nyc_output __pycache__ .pytest_cache .mypy_cache"
        " .ruff_cache .hypothesis .tox .nox .eggs .venv venv .cache .gradle .terraform _build site"
        " public/build storybook-static .vite tmp temp .tmp logs test-results playwright-report"
        " DerivedData Pods .dart_tool cmake-build-debug cmake-build-release .ipynb_checkpoints"
        " .import_linter_cache vendor/bundle .sass-cache .docusaurus package-lock.json yarn.lock"
        " pnpm-lock.yaml poetry.lock uv.lock Cargo.lock .vercel .serverless .aws-sam cdk.out wheelhouse"
        " .coverage .eslintcache .stylelintcache .nx .expo .wrangler .netlify .astro .pnpm-store"
    )
)
MAKEABLE_SHAPES = (
    ("*.egg-info"),
    ("*.pyc"),
    ("*.o"),
    ("*.log"),
    ("*.tmp"),
    ("*.tsbuildinfo"),
    ("build-*"),
    ("cmake-build-*"),
    ("*.bak"),
    ("*.orig"),
    ("*.rej"),
    ("*.swp"),
    (".DS_Store"),
)
# These are nothing else wherever they are, but where a system keeps its own.
MAKEABLE_ANYWHERE = frozenset(
    listed(
        "node_modules __pycache__ .pytest_cache .mypy_cache .ruff_cache .tox .nox .next .nuxt .turbo"
        " .parcel-cache htmlcov .nyc_output .ipynb_checkpoints"
    )
)
# Names to compare with; nothing of ours is written there.
TEMPORARY = ("/tmp/", "/var/tmp/", "/dev/shm/", "/private/tmp/")  # noqa: S108
# The answer of mktemp, as far as it can be known: nobody had this folder before.
JUST_MADE = "/tmp/tmp.made"  # noqa: S108

# Ends of paths that hold a secret.
_SECRET = re.compile(
    r"""(^|/)(
      \.ssh/(id_[a-z0-9_]+|identity|[^/]*_(rsa|dsa|ecdsa|ed25519)|[^/]*\.pem|\*|)$
    | \.ssh/?$
    | id_(rsa|dsa|ecdsa|ed25519)$
    | \.aws(/(credentials|sso/cache.*|cli/cache.*|\*)?)?$
    | \.env(\.(?!(example|sample|template|dist|defaults|schema|test\.example)$)[^/]*)?$
    | [^/]+\.env$ | \.env[^/]*\*$
    | \.envrc$
    | \.netrc$ | _netrc$ | \.pgpass$ | \.my\.cnf$ | \.git-credentials$ | \.npmrc$ | \.pypirc$ | \.vault-token$
    | \.docker/config\.json$ | \.kube(/config)?$ | \.config/gh/hosts\.yml$ | \.config/gcloud(/.*)?$ | \.azure/.*
    | \.gnupg(/.*)?$ | \.password-store(/.*)?$ | \.config/(op|hub|rclone/rclone\.conf|doctl/config\.yaml)$
    | \.terraform\.d/credentials.* | terraform\.tfstate(\.backup)?$ | \.claude/\.credentials\.json$
    | etc/(NetworkManager/system-connections|wireguard|openvpn|ssl/private|wpa_supplicant)/.+
    | etc/(shadow|gshadow|sudoers|master\.passwd|krb5\.keytab|shadow-)$
    | etc/ssh/ssh_host_.*_key$ | etc/kubernetes/.*\.conf$
    | proc/[^/]+/(environ|mem)$ | var/run/secrets/.* | run/secrets/.*
    | [^/]*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)$
    | credentials(\.json|\.ya?ml|\.ini)?$ | secrets?\.(json|ya?ml|env|txt|toml|ini)$ | service[-_]account[^/]*\.json$
    | (cookies(\.sqlite)?|logindata|login\ data|key4\.db|logins\.json)$
    | \.(bash|zsh|psql|mysql|python|node_repl)_history$
    | keychains?(/.*)?$ | keyrings(/.*)?$ | \.config/solana/.*\.json$ | wallet\.dat$ | \.ethereum/keystore(/.*)?$
    | \.electrum/wallets(/.*)?$
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_WELL_KNOWN = ("id_rsa", "id_ed25519", ".env", ".netrc", ".pgpass", ".git-credentials", "credentials", "secrets")
_PUBLIC = re.compile(
    r"(\.pub|/known_hosts|/ssh_config|\.ssh/config|cert\.pem|ca[-_.a-z]*\.(pem|crt)|public[-_a-z]*\.(pem|key)"
    r"|\.(example|sample|template|dist|defaults))$",
    re.IGNORECASE,
)

# Writing here gives somebody a way in, or changes who may do what.
_ACCESS = re.compile(
    r"""(^|/)(\.ssh/(authorized_keys2?|config|rc|environment|known_hosts)$
    | etc/(passwd|shadow|group|gshadow|sudoers(\.d/.*)?|doas\.conf|ssh/.*|pam\.d/.*|hosts\.(allow|deny)|security/.*
    |polkit-1/.*)$ | \.kube/config$ | \.aws/(credentials|config)$ | \.gnupg/.* | \.netrc$
    | ^(~|/root|/home/[^/]+|/Users/[^/]+)/\.(npmrc|yarnrc(\.yml)?|pypirc|condarc|gemrc|curlrc|wgetrc|netrc|pip/pip\.conf
    |config/pip/pip\.conf|m2/settings\.xml|cargo/config(\.toml)?|gradle/init\.gradle)$
    | ^/proc/sys(rq-trigger|/.*)$ | ^/sys/.* | ^/etc/(apt/sources.*|yum\.repos\.d/.*|resolv\.conf|pip\.conf|npmrc)$
    | \.claude/settings(\.local)?\.json$ | (^|/)gatehouse\.ya?ml$ | \.gatehouse/.* | CODEOWNERS$ | etc/hosts$
    | \.git-credentials$)""",
    re.VERBOSE,
)
# Of these, what a person or the system starts, outside of the project: who writes there decides for them.
_UNASKED = re.compile(
    r"""(^|/)(\.(bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zprofile|zshenv|zlogin|kshrc|cshrc
    |xprofile|xinitrc|inputrc)$
    | \.config/fish/.* | \.git/hooks/.* | \.git/config$ | \.gitconfig$ | \.config/git/config$
    | etc/(profile(\.d/.*)?|bash\.bashrc|environment|rc\.local|cron.*|crontab|init\.d/.*|systemd/.*|ld\.so\.preload
    |ld\.so\.conf.*)$
    | var/spool/cron/.* | \.config/(systemd|autostart)/.* | Library/Launch(Agents|Daemons)/.*
    | \.claude/(hooks|agents)/.* | boot/.*)""",
    re.VERBOSE,
)
# Writing here makes something run later, unasked.
_STARTS = re.compile(
    r"""(^|/)(\.(bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zprofile|zshenv|zlogin|kshrc|cshrc|xprofile
    |xinitrc|inputrc)$
    | \.config/fish/.* | \.git/hooks/.* | \.git/config$ | \.gitconfig$ | \.husky/.* | \.pre-commit-config\.yaml$
    | etc/(profile(\.d/.*)?|bash\.bashrc|environment|rc\.local|cron.*|crontab|init\.d/.*|systemd/.*|ld\.so\.preload
    |ld\.so\.conf.*)$
    | var/spool/cron/.* | \.config/(systemd|autostart)/.* | Library/Launch(Agents|Daemons)/.*
    | \.github/workflows/.* | \.gitlab-ci\.yml$ | \.circleci/.* | Jenkinsfile$
    | azure-pipelines\.yml$ | bitbucket-pipelines\.yml$
    | \.buildkite/.* | \.travis\.yml$ | \.drone\.yml$ | \.ci/.* | \.vscode/(tasks|settings|launch)\.json$ | \.envrc$
    | \.git[^/]*/hooks/.* | ^(~|/root|/home/[^/]+|/Users/[^/]+)/\.[^/]+/(.*/)?[^/]+\.(sh|desktop|service|timer)$
    | \.mcp\.json$ | \.claude/(hooks|commands|agents)/.* | (usercustomize|sitecustomize)\.py$ | -packages/[^/]+\.pth$
    | ^(~|/root|/home/[^/]+|/Users/[^/]+)/(\.(?!gitignore|hushlogin|face|DS_Store|cache)[^/]+|\.local/bin/.*)$
    | usr/(local/)?s?bin/.* | s?bin/[^/]+$ | boot/.*)""",
    re.VERBOSE,
)
_DEVICE = re.compile(r"/dev/(sd|hd|vd|xvd|nvme|mmcblk|disk|rdisk|dm-|mapper/|md|loop|mem|kmem|port|sg|root)")
_SYSTEM = re.compile(
    r"/(etc|bin|sbin|usr|lib|lib64|boot|var|opt|root|sys|proc|srv|home|Users|System|Library|mnt|media|data)(/|$)"
)
_KEPT = re.compile(r"/(etc|bin|sbin|usr|lib|lib64|boot|sys|System|var/(lib|log|backups?|www|spool|mail|db))(/|$)")
HARMLESS_DEVICES = frozenset(
    listed("/dev/null /dev/stdout /dev/stderr /dev/stdin /dev/tty /dev/zero /dev/random /dev/urandom /dev/full")
)


def folded(path: str) -> str:
    """One spelling for one path."""
    text = path.replace("//", "/") if path.startswith("//") else path
    text = text.removeprefix("file://")
    if not text:
        return text
    kept = posixpath.normpath(text)
    return kept[1:] if kept.startswith("//") else kept


def is_device(path: str) -> bool:
    return _DEVICE.match(folded(path)) is not None


def is_socket(path: str) -> bool:
    """What bash opens a connection for."""
    return folded(path).startswith(("/dev/tcp/", "/dev/udp/"))


def is_store(path: str) -> bool:
    """A file that a database keeps its rows in."""
    return folded(path).endswith((".db", ".sqlite", ".sqlite3", ".mdb", ".duckdb", ".rdb", ".ibd"))


def is_ledger(path: str) -> bool:
    """One file, but without it nobody can change or open what it speaks of: state of infrastructure, private keys, the
    rows of what calls itself production."""
    clean = folded(path)
    live = is_store(clean) and _PRODUCTION.search(clean) is not None
    return (
        live
        or clean.endswith((".tfstate", ".tfstate.backup"))
        or re.search(r"\.ssh/id_\w+$|\.gnupg/", clean) is not None
    )


_PRODUCTION = re.compile(r"(?i)(^|[^a-z])(prod|production|live)([^a-z]|$)")


# No system opens a longer one; its end names the file.
LONGEST, LONGEST_END = 8_192, 4_096


def is_nothing(path: str) -> bool:
    clean = folded(path)
    return clean in HARMLESS_DEVICES or clean.startswith(("/dev/fd/", "/dev/pts/", "/proc/self/fd/"))


def is_secret(path: str) -> bool:
    if len(path) > LONGEST:
        path = path[:LONGEST_END] + path[-LONGEST_END:]
    clean = folded(path)
    return (_SECRET.search(clean) is not None or _fits_secret(clean)) and _PUBLIC.search(clean) is None


def _fits_secret(path: str) -> bool:
    """A pattern that a well-known secret fits, and that says enough to mean it: `id_*`, `*cred*`."""
    last = path.rpartition("/")[2]
    if not any(letter in last for letter in "*?[") or sum(letter.isalnum() or letter in "._" for letter in last) < 3:
        return False
    return any(fnmatchcase(name, last) for name in _WELL_KNOWN)


def grants_access(path: str) -> bool:
    return _ACCESS.search(folded(path)) is not None


def starts_something(path: str) -> bool:
    clean = folded(path)
    found = _STARTS.search(clean)
    # `bin/` of the working tree is nobody's search path; `/bin/` is.
    return found is not None and (clean.startswith("/") or "bin/" not in found.group())


def starts_for_others(path: str) -> bool:
    """What a shell, git or the system starts by itself, outside of the project's own work."""
    return _UNASKED.search(folded(path)) is not None


def is_system(path: str) -> bool:
    """An absolute path outside the places for passing things: losing what is there hurts."""
    clean = folded(path)
    return _SYSTEM.match(clean) is not None and not is_temporary(clean) and not is_nothing(clean)


def is_kept(path: str) -> bool:
    """Where the system and its services keep what they need."""
    return _KEPT.match(folded(path)) is not None


def is_working_tree(path: str) -> bool:
    """A folder somebody may work in: below a home or a mount, not one of the system's own."""
    clean = folded(path)
    if HOLE in clean:
        return False
    steps = [step for step in clean.split("/") if step]
    return not is_kept(clean) and (not clean.startswith(("/", "~", "..")) or len(steps) > 1)


def is_inside(path: str) -> bool:
    """Below the folder where one stands, and known."""
    return not folded(path).startswith(("/", "~", "..", HOLE)) and HOLE not in path and bool(path)


def is_temporary(path: str) -> bool:
    clean = folded(path)
    return clean.startswith(TEMPORARY) and clean.rstrip("/*") not in {place.rstrip("/") for place in TEMPORARY}


def is_made(path: str, made: Iterable[str] = ()) -> bool:
    """Something in a temporary folder that was made there just now, or is by its name of the kind that is made again.
    Who else may have put a folder there nobody knows."""
    clean = folded(path.rstrip("/"))
    inside = any(clean == one or clean.startswith(f"{one}/") for one in (JUST_MADE, *made))
    steps = clean.split("/")[2:]
    return inside or any(map(_made, steps)) or any(map(_SCRATCH.match, steps[:1]))


# What people call a folder that they make for one try.
_SCRATCH = re.compile(r"(?i)(test|pytest|scratch|sandbox|demo|poc|output|cache)s?([-_.\d].*)?$")


def is_makeable(path: str) -> bool:
    """A tool makes it again: a build folder of the working tree, or something in a temporary folder."""
    clean = folded(path.rstrip("/"))
    if HOLE in clean.rpartition("/")[2] and not is_temporary(clean):
        return False
    if is_temporary(clean):
        return ".." not in clean
    if clean.startswith(("/", "~", "..")):
        return not is_kept(clean) and any(step in MAKEABLE_ANYWHERE for step in clean.split("/"))
    if clean in {".", "*", ""}:
        return False
    steps = [step for step in clean.split("/") if step not in {"*", "**"}]
    return any(_made(step) for step in steps) or clean in MAKEABLE


def _made(step: str) -> bool:
    return step in MAKEABLE or any(fnmatchcase(step, shape) for shape in MAKEABLE_SHAPES)

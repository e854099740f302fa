"""What the words of a command say by themselves, whatever the program: `destroy`, `user add`, `secrets get`, `upload`.

Strategy: programs name their verbs alike. The first operands are cut into pieces (`delete_queue`, `db:drop`,
`DeleteBucket`) and looked up; it serves programs that no table knows, and verbs that their table does not know.

Rules:
- A verb that looks, makes or starts something ends the search: what follows it is a name, however it sounds.
- What is mild alone (`reset`, `rm`) destroys when an option forces it or widens it.
- A text, a path or an address is no verb.
"""

import re
from collections.abc import Iterator, Sequence

from sidecar.core.model.effect import Effect
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.flags import Flags

MOST_VERBS = 4  # a group, a kind and a verb: `oci compute instance terminate` is the longest that is common
LOSSES = frozenset(
    listed(
        "del delete deletes destroy drop dropdb purge wipe erase obliterate forget truncate terminate nuke shred zap"
        " reset expunge decommission unpublish yank teardown flushall flushdb zeroize deprovision unregister deregister"
        " prune"
    )
)
_MILD = frozenset(
    listed(
        "rm remove clear flush rollback revert restore downgrade overwrite down undeploy deregister"
        " empty evict unlink rewind scrub discard abandon gc uninstall cleanup vacuum"
    )
)
_FORCE = frozenset(
    listed(
        "f force y yes a all r R recursive hard auto-approve assume-yes no-confirm noconfirm non-interactive cascade"
        " purge skip-confirmation no-prompt no-interactive confirm delete-data volumes"
    )
)
# Where these are meant, even a mild verb takes what nobody makes again.
_DATA = frozenset(
    listed(
        "data dataset datasets database databases db metadata queue queues index indexes indices state history records"
        " messages backup backups snapshot snapshots volume volumes bucket buckets topic topics table tables collection"
        " collections stream streams archive archives namespace namespaces tenant"
    )
)
_MADE_AGAIN = frozenset(listed("cache caches store npm modules packages images worktree worktrees deps dependencies"))
_ACCESS = frozenset(listed("grant revoke authorize passwd chpasswd impersonate setacl addacl"))
_GIVES = frozenset(listed("add create set put attach assign promote bind allow invite grant change enroll"))
_RIGHTS = frozenset(
    listed(
        "user users role roles policy policies permission permissions password acl acls member members collaborator"
        " admin admins owner owners token tokens apikey apikeys serviceaccount"
    )
)
_OPENS = frozenset(listed("decrypt reveal unseal unmask"))
_SHOWS = frozenset(listed("get show print export read view dump cat copy fetch download pull"))
_SECRETS = frozenset(
    listed(
        "secret secrets password passwords passwd token tokens credential credentials apikey apikeys privkey"
        " passphrase mnemonic seed vault keychain keystore"
    )
)
_SPENDS = frozenset(listed("refund refunds payout payouts purchase buy charges"))
# Programs that keep nothing but secrets.
_STORES = frozenset(
    listed("chamber infisical doppler teller akeyless berglas conjur dotenvx dcli gopass summon keepassxc-cli passbolt")
)
_SENDS = frozenset(listed("upload publish share tunnel expose send push post exfiltrate"))
# After these come names and texts.
_PLAIN = frozenset(
    listed(
        "run exec test start build make add create search help describe get show list ls explain find edit new open"
        " echo say log logs commit note view cat read print check status info diff plan lint fmt format validate"
        " preview init install fetch clone watch serve dev debug query inspect count stat generate gen render parse"
        " compile bench doc docs version completion import routes notes stats graph releases whoami"
    )
)
_LOSS_OPTIONS = LOSSES | frozenset(
    f"{verb}-{what}" for verb in (*LOSSES, "remove", "clear") for what in ("all", "data", "everything", "volumes")
)
_ONLY_HOW = frozenset(
    listed(
        "cache delay excluded after before during timeout interval policy protection branch if threshold age mode color"
        " style merged lag marker on at type retries"
    )
)
_SECRET_OPTIONS = frozenset(
    listed(
        "show-secrets show-secret show-token show-tokens show-password show-passwords with-decryption reveal decrypt"
    )
)
_WORD = re.compile(r"[A-Za-z][\w:.-]{0,60}")
_SLASHED = re.compile(r"/(?=(add|delete|remove|reset)$)", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def said(read: Flags, shown: Sequence[str] = (), name: str = "") -> tuple[Effect, ...]:
    """The effects, the worst first; nothing where no word says anything. `shown`: options as they stand. `name`: of the
    program, where it may say what the verb is done to (`ansible-vault view`)."""
    given = {option for option, _ in read.given} | {text.lstrip("-").partition("=")[0] for text in shown}
    found = list(_by_options(given))
    seen = [piece for piece in re.split(r"[-_]", name) if piece in _SECRETS]
    seen += ["secrets"] if name in _STORES else []
    for word in read.operands[:MOST_VERBS]:  # one may be the value of an option that nobody knows
        pieces = _pieces(word.text)
        if not pieces:
            continue
        found += _by_pieces(pieces, seen, bool(given & _FORCE))
        if pieces[0] in _PLAIN and not found and (len(pieces) == 1 or pieces[0] != "run"):
            found += _by_pair(pieces, _following(read, word.text))
            break
        seen += pieces
    return tuple(dict.fromkeys(found))


def _by_options(given: set[str]) -> Iterator[Effect]:
    if any(map(_past_the_guard, given)):
        yield Effect.ESCALATES
    if given & _LOSS_OPTIONS or any(map(_is_loss, given)):
        yield Effect.DESTROYS_DATA
    if given & _SECRET_OPTIONS:
        yield Effect.READS_SECRET


def _past_the_guard(option: str) -> bool:
    """`--dangerously-skip-permissions`, `--yolo`, `--bypass-checks`: what would have asked does not."""
    words = set(option.split("-"))
    return bool(words & {"dangerously", "yolo", "bypass"}) or {"skip", "permissions"} <= words


def _is_loss(option: str) -> bool:
    """`--reset-offsets`, `--drop-existing`; not `--delete-delay`, which only says how."""
    verb, *what = option.split("-")
    return verb in LOSSES and bool(what) and not _ONLY_HOW & set(what)


def _by_pieces(pieces: tuple[str, ...], before: Sequence[str], forced: bool) -> Iterator[Effect]:
    """What one word says, with those before it: `user add`, `secrets get`."""
    named = pieces[0] in _PLAIN - {"run", "exec"}  # `test:delete` tests
    ends = {pieces[0]} if named else {pieces[0], pieces[-1]}
    around = {*before, *pieces}
    cached, forced = bool(around & _MADE_AGAIN), forced or bool(around & _DATA) or _compound(pieces)
    if ends & LOSSES or {"flyway", "clean"} <= set(pieces):
        yield Effect.DELETES if cached else Effect.DESTROYS_DATA
    elif ends & _MILD:
        yield Effect.DESTROYS_DATA if forced and not cached else Effect.DELETES
    if ends & _ACCESS:
        yield Effect.CHANGES_ACCESS
    if ends & _SPENDS:
        yield Effect.SPENDS
    if ends & _OPENS:
        yield Effect.READS_SECRET
    if ends & _SENDS:
        yield Effect.LEAVES_MACHINE
    yield from _by_pair(pieces, before[-2:])


def _compound(pieces: Sequence[str]) -> bool:
    """`setup:uninstall` takes away the whole."""
    return len(pieces) > 1 and pieces[-1] == "uninstall"


def _by_pair(pieces: Sequence[str], beside: Sequence[str]) -> Iterator[Effect]:
    """A verb and what it is done to, in one word or in two: `user add`, `get-secret`."""
    own, words = set(pieces), {*pieces, *beside}
    if (own & _GIVES and words & _RIGHTS) or (own & _RIGHTS and words & _GIVES):
        yield Effect.CHANGES_ACCESS
    if (own & _SHOWS and words & _SECRETS) or (own & _SECRETS and words & _SHOWS):
        yield Effect.READS_SECRET


def _following(read: Flags, text: str) -> tuple[str, ...]:
    """The pieces of the word behind this one: `get secret`, `add user`, `kv get secrets/prod`."""
    texts = [word.text for word in read.operands]
    at = texts.index(text) + 1
    if at >= len(texts):
        return ()
    first = texts[at].partition("/")[0].lower()
    return (first,) if first in _SECRETS else _pieces(texts[at])


def _pieces(text: str) -> tuple[str, ...]:
    """`delete_queue`, `db:drop`, `DeleteBucket`. Behind a dot stands a verb (`ecto.drop`) or the kind of a file."""
    text = _SLASHED.sub("", text)
    group, slash, verb = text.partition("/")
    if slash and group.isalnum() and verb in LOSSES:  # `vmsvc/destroy`
        return (group, verb)
    if not _WORD.fullmatch(text):
        return ()
    if "." in text:
        last = text.rpartition(".")[2].lower()
        return (last,) if last in LOSSES else ()
    return tuple(piece for piece in re.split(r"[-_:]", _CAMEL.sub("-", text).lower()) if piece)

"""Programs that speak to other machines.

Rules:
- Asking for a fixed address only reads; the answer comes from that host, whatever is done with it next.
- A body, a file, a form, or an address with computed parts takes data out. This machine itself is not outside.
"""

from collections.abc import Sequence

from sidecar.core.model.effect import Deed, Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Call,
    Reader,
    Reading,
    Script,
    Stream,
    Word,
    deed,
    does,
    host,
    joined,
)
from sidecar.core.understand.shell.commands.hosts import host_of, hosts_in, is_local, is_metadata, looks_like_address
from sidecar.core.understand.shell.commands.touching import reading, writing
from sidecar.core.understand.shell.flags import Flags, flags
from sidecar.core.understand.shell.said import LOSSES

_CURL = frozenset(
    listed(
        "A b c C d D e E F h H K m o P Q r T t u U w x X y Y z request header data data-raw"
        " data-binary data-ascii data-urlencode form form-string upload-file output user user-agent"
        " referer cookie cookie-jar proxy url config json max-time connect-timeout retry retry-delay"
        " cert key cacert capath resolve interface range write-out dump-header netrc-file limit-rate"
        " output-dir unix-socket aws-sigv4 connect-to preproxy socks4 socks4a socks5 socks5-hostname"
    )
)
_CURL_SENDS = (
    "d",
    "data",
    "data-raw",
    "data-binary",
    "data-ascii",
    "data-urlencode",
    "F",
    "form",
    "form-string",
    "T",
    "upload-file",
    "json",
)


def curl(call: Call) -> Reading:
    read = flags(call.args, _CURL)
    if read.has("version", "V") or (read.has("help", "h") and not read.operands):
        return NOTHING
    urls = [*read.operands, *read.values("url")]
    sent = read.values(*_CURL_SENDS)
    parts = [_asked(call, urls, sent, [*read.values("H", "header", "b", "cookie", "A", "e")])]
    parts += [Reading(reading([Word(_file(word.text))], "curl sends")) for word in sent if _file(word.text)]
    parts.append(Reading(reading(read.values("T", "upload-file"), "curl sends")))
    outs = [Word(w.text.removesuffix("/")) for w in read.values("o", "output")]
    outs += [Word(url.text.rpartition("/")[2]) for url in urls if read.has("O", "remote-name")]
    parts.append(Reading(writing(outs, "curl -o")))
    if read.values("K", "config"):
        parts.append(Reading(unread=("curl with options from a file",)))
    parts.append(_method(call, urls, read.values("X", "request")))
    parts.append(_through(call, read))
    hosts = hosts_in(urls)
    _fetched(call, outs, hosts)
    return Reading(joined(*parts).deeds, (), joined(*parts).unread, Stream(hosts=hosts))


def _through(call: Call, read: Flags) -> Reading:
    """A proxy sees what is asked, and what is sent."""
    named = read.values("x", "proxy", "preproxy", "socks4", "socks4a", "socks5", "socks5-hostname")
    away = [word for word in named if word.text and not is_local(word.text)]
    return does(Effect.LEAVES_MACHINE, call, *(host(host_of(word.text)) for word in away)) if away else NOTHING


def _method(call: Call, urls: Sequence[Word], given: list[Word]) -> Reading:
    """DELETE takes away, and so does an address that says so; on this machine one thing, unless the address says all.
    What else is asked to be done elsewhere is more than reading."""
    methods = {word.text.upper() for word in given}
    here = all(is_local(word.text) and not word.text.endswith(("_all", "*")) for word in urls)
    if "DELETE" in methods or (methods - {"GET", "HEAD"} and any(map(_says_loss, urls))):
        return does(Effect.DELETES if here else Effect.DESTROYS_DATA, call)
    away = [word for word in urls if not is_local(word.text)]
    if methods & {"POST", "PUT", "PATCH"} and away:
        return does(Effect.LEAVES_MACHINE, call, *(host(host_of(word.text)) for word in away))
    return NOTHING


def _says_loss(url: Word) -> bool:
    """`…/admin/tsdb/delete_series`."""
    steps = url.text.partition("?")[0].split("/")[3:]
    return any(LOSSES & set(step.lower().strip("_").split("_")) for step in steps)


def _file(sent: str) -> str:
    """`@file`, `name=@file`, `name=<file`."""
    text = sent.partition("=")[2] if "=@" in sent or "=<" in sent else sent
    return text[1:].partition(";")[0] if text[:1] in {"@", "<"} and text[1:] != "-" else ""


def _fetched(call: Call, outs: list[Word], hosts: tuple[str, ...]) -> None:
    """What this text runs later came from there."""
    for word in outs:
        call.files[paths.folded(word.text)] = Stream(hosts=hosts)


def _asked(call: Call, urls: list[Word], sent: list[Word], headers: list[Word]) -> Reading:
    """A request: read from a fixed address, or taken out."""
    away = [word for word in urls if not is_local(word.text)]
    if not away:
        return does(Effect.READS, call) if urls else Reading(unread=("an address that is not given",) if sent else ())
    things = [host(host_of(word.text)) for word in away]
    computed = [word for word in away if HOLE in word.text or len(word.text) > 512]
    secret = any(
        HOLE in word.text and not word.text.lower().startswith(("authorization", "x-api-key", "cookie"))
        for word in headers
    )
    leaves = bool(sent or computed) or secret
    secrets = (deed(Effect.READS_SECRET, call.shown, *things),) if any(is_metadata(word.text) for word in away) else ()
    return Reading((deed(Effect.LEAVES_MACHINE if leaves else Effect.READS, call.shown, *things), *secrets))


_WGET = frozenset(
    listed(
        "O o P a i e t T U header post-data post-file body-data body-file method output-document"
        " output-file directory-prefix user password user-agent tries timeout input-file execute Q l"
        " A R D I X"
    )
)


def wget(call: Call) -> Reading:
    read = flags(call.args, _WGET)
    if read.has("version", "help"):
        return NOTHING
    sent = read.values("post-data", "post-file", "body-data", "body-file")
    outs = [word for word in read.values("O", "output-document") if word.text != "-"]
    if not read.values("O", "output-document"):
        outs = [Word(word.text.rpartition("/")[2] or "index.html") for word in read.operands]
    parts = [
        _asked(call, list(read.operands), sent, read.values("header")),
        Reading(reading(read.values("post-file", "body-file"), "wget sends")),
        Reading(writing(outs, "wget -O")),
        _method(call, read.operands, read.values("method")),
    ]
    hosts = hosts_in(read.operands)
    _fetched(call, outs, hosts)
    return Reading(joined(*parts).deeds, (), joined(*parts).unread, Stream(hosts=hosts))


def httpie(call: Call) -> Reading:
    """`http POST url name=value`."""
    words = [word for word in call.args if not word.text.startswith("-")]
    verb = words and words[0].text.isupper() and words[0].text.isalpha()
    rest = words[1:] if verb else words
    sent = [word for word in rest[1:] if "==" not in word.text and any(mark in word.text for mark in ("=", "@"))]
    sent += [rest[0]] if rest and call.stdin.given else []
    return joined(_asked(call, rest[:1], sent, []), Reading(out=Stream(hosts=hosts_in(rest[:1]))))


def connects(call: Call) -> Reading:
    """A bare connection: whatever is written to it is out."""
    words = [word for word in call.args if not word.text.startswith("-")]
    read = flags(call.args, frozenset(listed("p s w i q x X e c g G O T")))
    listens = read.has("l", "listen")
    runs = read.has("e", "c", "exec", "sh-exec") and call.name != "telnet"
    if read.has("z") or (
        words and all(is_local(word.text) or word.text.isdigit() for word in words) and not runs and not listens
    ):
        return does(Effect.READS, call)
    things = [host(host_of(word.text)) for word in words if not word.text.isdigit()]
    deeds: tuple[Deed, ...] = (deed(Effect.LEAVES_MACHINE, call.shown, *things),)
    if runs or "exec:" in call.shown.lower() or "system:" in call.shown.lower():
        deeds += (deed(Effect.RUNS_CODE, f"gives a shell to the other side: {call.shown}", *things),)
    return Reading(deeds, out=Stream(hosts=tuple(thing.name for thing in things) or ("…",)))


def _is_remote(text: str) -> bool:
    head, colon, _ = text.partition(":")
    return text.startswith(("rsync://", "scp://", "sftp://")) or (bool(colon) and "/" not in head and text[2:3] != "\\")


def copies(call: Call) -> Reading:
    """scp, rsync: to another machine or from one. `--delete` takes away what the source does not have."""
    read = flags(
        call.args,
        frozenset(
            listed(
                "P i F S c l o J D X e T f rsh rsync-path filter"
                " exclude include exclude-from include-from files-from port"
            )
        ),
    )
    if len(read.operands) < 2:
        return Reading(reading(read.operands, call.name))
    *sources, target = read.operands
    here = [word for word in sources if not _is_remote(word.text)]
    there = [word for word in sources if _is_remote(word.text)]
    parts = [Reading(reading(here, call.name))]
    if _is_remote(target.text) or HOLE in target.text.partition(":")[0].partition("/")[0]:
        tried = call.name == "rsync" and read.has("n", "dry-run") and not read.has("rsync-path")
        parts.append(does(Effect.READS if tried else Effect.LEAVES_MACHINE, call, host(_machine(target.text))))
    else:
        parts.append(Reading(writing((target,), call.name, adds=True)))
    parts += [does(Effect.READS, call, host(_machine(word.text))) for word in there]
    if any(option.startswith(("delete", "remove-source")) for option, _ in read.given) and not read.has("n", "dry-run"):
        parts.append(does(Effect.DESTROYS_DATA, call, why="removes what the other side does not have"))
    parts.append(_carried(read))
    for word in read.values("e", "rsh"):
        if not word.text.startswith("ssh"):
            parts.append(Reading(unread=(f"a transport of its own: {word.shown}",)))
    _fetched(call, [target] if there else [], tuple(_machine(word.text) for word in there))
    return joined(*parts)


def _carried(read: Flags) -> Reading:
    """Options that name a program, here or on the other side."""
    named = [word.text for word in read.values("o")]
    proxies = [text.partition("=")[2] for text in named if text.lower().startswith("proxycommand")]
    paths_there = [word.text for word in read.values("rsync-path")]
    own = ("a transport of its own",) if read.values("S") else ()
    return Reading(runs=tuple(Script(Word(text), "copies through") for text in [*proxies, *paths_there]), unread=own)


def _machine(text: str) -> str:
    bare = text.split("://", 1)[-1]
    return bare.partition(":")[0].partition("/")[0].rpartition("@")[2].replace(HOLE, "…")


def leaves(call: Call) -> Reading:
    things = [host(host_of(word.text)) for word in call.args if looks_like_address(word.text)]
    return does(Effect.LEAVES_MACHINE, call, *things)


_STORE_LOOKS = frozenset(
    listed(
        "ls lsd lsl lsf lsjson list tree stat info size du find about version check md5sum sha1sum head cat diff ping"
    )
)
_STORE_LOSSES = frozenset(listed("purge rm rb delete deletefile del sync move mv cleanup rmdirs remove"))


def stores(call: Call) -> Reading:
    """Clients of object stores: they list, copy and take away."""
    verb = next((word.text for word in flags(call.args).operands), "")
    if verb in _STORE_LOOKS:
        return does(Effect.READS, call)
    lost = verb in _STORE_LOSSES and not flags(call.args).has("dry-run", "fake")
    return joined(leaves(call), does(Effect.DESTROYS_DATA, call)) if lost else leaves(call)


def looks_up(call: Call) -> Reading:
    """A name that is asked for goes to servers of others: computed, it carries data."""
    computed = any(HOLE in word.text for word in call.args)
    return does(Effect.LEAVES_MACHINE if computed else Effect.READS, call)


def tunnels(call: Call) -> Reading:
    return does(Effect.LEAVES_MACHINE, call, why="opens this machine to the outside")


NETWORK: dict[str, Reader] = {
    "curl": curl,
    "wget": wget,
    "wget2": wget,
    "aria2c": wget,
    **dict.fromkeys(listed("http https httpie xh"), httpie),
    **dict.fromkeys(listed("lynx w3m links fetch"), wget),
    **dict.fromkeys(listed("nc ncat netcat socat telnet"), connects),
    **dict.fromkeys(("scp", "rsync"), copies),
    **dict.fromkeys(
        listed("sftp ftp lftp tftp croc magic-wormhole wormhole mail mailx sendmail mutt swaks transfer"),
        leaves,
    ),
    **dict.fromkeys(listed("rclone mc s3cmd s5cmd azcopy"), stores),
    **dict.fromkeys(listed("dig host nslookup drill whois ping ping6"), looks_up),
    **dict.fromkeys(listed("ngrok cloudflared localtunnel lt bore frpc chisel"), tunnels),
    **dict.fromkeys(listed("nmap masscan tcpdump tshark"), leaves),
}

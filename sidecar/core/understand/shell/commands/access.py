"""Programs that say who may do what, and those that make things start by themselves."""

import re

from sidecar.core.model.effect import Effect
from sidecar.core.understand import paths
from sidecar.core.understand.listed import listed
from sidecar.core.understand.secret_names import names_secret
from sidecar.core.understand.shell.call import (
    HOLE,
    NOTHING,
    Call,
    Reader,
    Reading,
    Script,
    Word,
    deed,
    does,
    joined,
    path,
)
from sidecar.core.understand.shell.commands.verbs import rows, verbs
from sidecar.core.understand.shell.flags import flags


def chmod(call: Call) -> Reading:
    """Making a file of the working tree runnable, or narrower, is ordinary work."""
    read = flags([word for word in call.args if not re.fullmatch(r"-[rwxXst]+", word.text)], frozenset({"reference"}))
    taken = [word for word in call.args if re.fullmatch(r"-[rwxXst]+", word.text)]
    operands = (*taken, *read.operands)
    if not operands:
        return NOTHING
    mode, targets = operands[0].text, operands[1:]
    things = [path(word.shown) for word in targets]
    outside = any(paths.is_kept(w.text) or paths.is_secret(w.text) or w.text in {"/", "~", "/*"} for w in targets)
    wide = (read.has("R", "recursive") or outside) and not _narrow(mode)
    if _opens(mode) or wide or HOLE in mode:
        return does(Effect.CHANGES_ACCESS, call, *things)
    return does(Effect.WRITES, call, *things)


def _opens(mode: str) -> bool:
    """Set-user bits, or writing for everybody."""
    if mode.isdigit():
        return mode[-1] in "2367" or (len(mode) == 4 and mode[0] in "24657")
    return re.search(r"[+=]\w*s|(^|,)(o|a|[ugo]*o)[ugoa]*[+=]\w*w", mode) is not None


def _narrow(mode: str) -> bool:
    """Takes rights away, or adds only the bit that lets its owner run it."""
    return (
        mode in {"600", "400", "700", "0600", "0700", "+x", "u+x", "a+x", "u+rw", "u+w", "644", "755"}
        or re.fullmatch(r"[ugoa]*-[rwx]+", mode) is not None
    )


def changes(call: Call) -> Reading:
    if flags(call.args).has("help") or (not call.args and not call.stdin.given):
        return does(Effect.READS, call)
    return does(
        Effect.CHANGES_ACCESS, call, *(path(w.shown) for w in call.args[1:] if w.text.startswith(("/", "~", ".")))
    )


def listing(*looks: str) -> Reader:
    """Changes access, but with one of these it only shows."""

    def reader(call: Call) -> Reading:
        shows = any(word.text in looks for word in call.args)
        return does(Effect.READS if shows else Effect.CHANGES_ACCESS, call)

    return reader


_IP_CHANGES = frozenset(listed("add del delete set change replace flush append exec restore"))


def ip(call: Call) -> Reading:
    """Objects are shown unless a verb changes them."""
    changes = any(word.text in _IP_CHANGES for word in call.args)
    return does(Effect.CHANGES_ACCESS if changes else Effect.READS, call)


def sysctl(call: Call) -> Reading:
    """A name alone is shown; `name=value`, `-w` and `-p` set."""
    sets = any("=" in word.text or word.text in {"-w", "-p", "--write", "--load", "--system"} for word in call.args)
    return does(Effect.CHANGES_ACCESS if sets or not call.args else Effect.READS, call)


def crontab(call: Call) -> Reading:
    words = [word.text for word in call.args]
    if "-l" in words:
        return does(Effect.READS, call)
    if "-r" in words:
        return does(Effect.DESTROYS_DATA, call)
    deeds = (deed(Effect.CHANGES_ACCESS, f"what runs later, unasked: {call.shown}"), deed(Effect.RUNS_CODE, call.shown))
    return Reading(deeds)


def later(call: Call) -> Reading:
    """at, batch: the text that comes in runs later."""
    if any(word.text in {"-l", "-c"} for word in call.args) or call.name in {"atq"}:
        return does(Effect.READS, call)
    text = call.stdin.text
    if text is not None:
        return Reading((deed(Effect.RUNS_CODE, call.shown),), (Script(Word(text), call.name),))
    return Reading((deed(Effect.RUNS_CODE, call.shown),), (), ("what runs later is not known",))


_SYSTEMCTL = verbs(
    [
        *rows(Effect.READS, "status; is-*; list-*; show; cat; get-default; show-environment"),
        *rows(Effect.DESTROYS_DATA, "poweroff; reboot; halt; kexec; rescue; emergency; isolate; kill"),
        *rows(
            Effect.CHANGES_ACCESS,
            "enable; disable; mask; unmask; edit; link; set-property; set-environment; preset; revert"
            "; stop; set-default",
        ),
        *rows(Effect.WRITES, "start; restart; reload; daemon-reload; try-restart; reset-failed"),
    ],
    "H host M machine t type p property o output n lines",
)


def service(call: Call) -> Reading:
    last = call.args[-1].text if call.args else ""
    return does(
        Effect.READS
        if last in {"status", "--status-all"}
        else Effect.CHANGES_ACCESS
        if last == "stop"
        else Effect.WRITES,
        call,
    )


def git_secret(call: Call) -> Reading:
    return does(Effect.READS_SECRET, call)


def printenv(call: Call) -> Reading:
    names = [word.text for word in call.args if not word.text.startswith("-")]
    return does(Effect.READS if names and not any(map(names_secret, names)) else Effect.READS_SECRET, call)


def openssl(call: Call) -> Reading:
    words = [word.text for word in call.args]
    ins = [b for a, b in zip(call.args, call.args[1:], strict=False) if a.text in {"-in", "-key", "-inkey"}]
    secret = [word for word in ins if paths.is_secret(word.text)]
    parts = (
        [does(Effect.READS_SECRET, call, *(path(word.shown) for word in secret))]
        if secret
        else [does(Effect.READS, call)]
    )
    if "s_client" in words:
        sends = call.stdin.given and (call.stdin.text is None or len(call.stdin.text.strip()) > 1)
        parts.append(does(Effect.LEAVES_MACHINE, call) if sends else NOTHING)
    return joined(*parts)


def gpg(call: Call) -> Reading:
    read = flags(call.args, frozenset(listed("o r u output recipient local-user")))
    if any(option.startswith(("export-secret", "delete-secret")) for option, _ in read.given):
        return does(Effect.READS_SECRET, call)
    return does(
        Effect.CHANGES_ACCESS
        if any(o.startswith(("import", "delete", "edit", "recv")) for o, _ in read.given)
        else Effect.READS,
        call,
    )


def ssh_keygen(call: Call) -> Reading:
    read = flags(call.args, frozenset(listed("t b C f N P O n s I V D w a q")))
    if read.has("p", "A", "R", "s"):
        return does(Effect.CHANGES_ACCESS if read.has("p", "s") else Effect.WRITES, call)
    return does(Effect.READS if read.has("l", "F", "y", "B") else Effect.WRITES, call)


ACCESS: dict[str, Reader] = {
    "chmod": chmod,
    "gchmod": chmod,
    **dict.fromkeys(
        listed(
            "chown chgrp chattr setfacl chcon restorecon setcap useradd adduser userdel deluser usermod"
            " groupadd groupdel groupmod gpasswd passwd chpasswd chage chsh chfn visudo vipw newusers"
            " semanage setenforce setsebool aa-disable pam-auth-update dscl dseditgroup insmod rmmod"
            " modprobe kextload mount umount losetup swapoff csrutil spctl tccutil lpadmin"
            " ssh-copy-id setfattr keyctl authconfig hostnamectl realm kadmin ldapadd"
            " ldapmodify ldapdelete smbpasswd"
        ),
        changes,
    ),
    "mount": listing("-l"),
    **dict.fromkeys(("iptables", "ip6tables"), listing("-L", "-S", "--list", "-nL", "-vnL", "-nvL", "-Ln")),
    "nft": listing("list"),
    "ufw": listing("status"),
    "firewall-cmd": listing("--list-all", "--state", "--get-zones", "--list-ports"),
    "pfctl": listing("-s", "-sr"),
    "sysctl": sysctl,
    "ssh-add": listing("-l", "-L"),
    "ip": ip,
    "gatehouse": verbs(
        [
            *rows(
                Effect.CHANGES_ACCESS,
                "approvals approve; approvals deny; sessions kill; token mint; token exchange; login; logout; pins *"
                "; policy import; cluster *; audit migrate; audit hold; notify *; stop; policy bundle",
            ),
            *rows(Effect.READS, "policy *; sessions list; sessions show; sessions replay; audit *; mask; envoy config"),
            *rows(Effect.RUNS_CODE, "up; demo; serve; simulate"),
        ]
    ),
    "nginx": listing("-t", "-T", "-v", "-V", "-h", "-?"),
    **dict.fromkeys(("apachectl", "apache2ctl"), listing("configtest", "-t", "-S", "-M", "-v", "status", "fullstatus")),
    "crontab": crontab,
    **dict.fromkeys(("at", "batch", "atq"), later),
    "systemctl": _SYSTEMCTL,
    "launchctl": listing("list", "print"),
    "service": service,
    "rc-update": changes,
    "update-rc.d": changes,
    "chkconfig": changes,
    "printenv": printenv,
    "openssl": openssl,
    **dict.fromkeys(("gpg", "gpg2"), gpg),
    "ssh-keygen": ssh_keygen,
    **dict.fromkeys(
        listed("pass security secret-tool op bw lpass keyring sops age aws-vault"),
        git_secret,
    ),
    "journalctl": lambda call: does(Effect.DESTROYS_DATA if "--vacuum" in call.shown else Effect.READS, call),
    "docker-credential-desktop": git_secret,
    "history": lambda call: does(
        Effect.DESTROYS_DATA if any(w.text == "-c" for w in call.args) else Effect.READS, call
    ),
}

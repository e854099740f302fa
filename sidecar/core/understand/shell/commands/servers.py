"""Programs that open this folder or this machine to others."""

from collections.abc import Sequence

from sidecar.core.model.effect import Effect
from sidecar.core.understand.shell.call import NOTHING, Call, Reading, Word, does
from sidecar.core.understand.shell.flags import flags

FILE_SERVERS = frozenset({"http.server", "SimpleHTTPServer", "pyftpdlib", "uploadserver", "smtpd"})


def only_here(address: str) -> bool:
    """An address that no other machine can reach; `0.0.0.0` and an empty one are every address."""
    bare = address.rpartition(":")[0] if address.count(":") == 1 else address
    return bare.strip("[]").lower() in {"localhost", "::1"} or bare.startswith("127.")


def file_server(call: Call, args: Sequence[Word]) -> Reading:
    """`python -m http.server`: without an address it listens on every one."""
    bound = flags(args, frozenset({"b", "bind", "i", "interface", "d", "directory", "p", "port"}))
    addresses = bound.values("b", "bind", "i", "interface")
    if addresses and all(only_here(word.text) for word in addresses):
        return does(Effect.READS, call)
    return does(Effect.LEAVES_MACHINE, call, why="opens a folder to others")


def php_server(call: Call) -> Reading:
    """`php -S address:port`."""
    addresses = flags(call.args, frozenset(("S", "t", "d", "c"))).values("S")
    if not addresses:
        return NOTHING
    if all(only_here(word.text) for word in addresses):
        return does(Effect.RUNS_CODE, call)
    return does(Effect.LEAVES_MACHINE, call, why="opens a folder to others")

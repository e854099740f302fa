"""Every program that a table knows, by name."""

import re

from sidecar.core.understand.listed import listed
from sidecar.core.understand.shell.call import Reader
from sidecar.core.understand.shell.commands.access import ACCESS
from sidecar.core.understand.shell.commands.aws import AWS
from sidecar.core.understand.shell.commands.cloud import CLOUD
from sidecar.core.understand.shell.commands.code_hosts import CODE_HOSTS
from sidecar.core.understand.shell.commands.containers import CONTAINERS
from sidecar.core.understand.shell.commands.databases import DATABASES
from sidecar.core.understand.shell.commands.git import GIT
from sidecar.core.understand.shell.commands.interpreters import INTERPRETERS
from sidecar.core.understand.shell.commands.kubernetes import KUBERNETES
from sidecar.core.understand.shell.commands.looking import LOOKERS
from sidecar.core.understand.shell.commands.migrations import MIGRATIONS
from sidecar.core.understand.shell.commands.network import NETWORK
from sidecar.core.understand.shell.commands.nix import NIX
from sidecar.core.understand.shell.commands.packages import PACKAGES
from sidecar.core.understand.shell.commands.remove import REMOVERS
from sidecar.core.understand.shell.commands.tasks import TASKS
from sidecar.core.understand.shell.commands.versions import VERSIONS
from sidecar.core.understand.shell.starters import STARTERS
from sidecar.core.understand.shell.wrappers import WRAPPERS

# Where two tables name a program, the later one knows more about it.
_PROGRAMS: dict[str, Reader] = {
    **LOOKERS,
    **TASKS,
    **PACKAGES,
    **MIGRATIONS,
    **DATABASES,
    **INTERPRETERS,
    **CLOUD,
    **AWS,
    **CONTAINERS,
    **KUBERNETES,
    **ACCESS,
    **NIX,
    **GIT,
    **VERSIONS,
    **CODE_HOSTS,
    **REMOVERS,
    **NETWORK,
    **STARTERS,
    **WRAPPERS,
}

_VERSION = re.compile(r"[-_.]?\d[\d.]*(\.exe)?$")
# Words that start no program of their own.
_OF_THE_SHELL = frozenset(
    listed(
        "if then elif else fi for while until do done case esac in select function time coproc set unset shift return"
    )
)


def program(name: str) -> Reader | None:
    """The reader of a program. Some systems do not tell capital letters from small ones."""
    return _PROGRAMS.get(name) or _PROGRAMS.get(name.lower()) or _PROGRAMS.get(name.removesuffix(".exe"))


def known_program(name: str) -> bool:
    """Whether a table knows it, under another version too (`python3.15`), or the shell itself does."""
    return name in _OF_THE_SHELL or any(program(one) is not None for one in (name, _VERSION.sub("", name)))

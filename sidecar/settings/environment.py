"""The process's environment, read here and nowhere else.

The variables that change a setting; all others reach Gatehouse only where the configuration names them:

    GATEHOUSE_CONFIG       the configuration file, where none is given on the command line
    GATEHOUSE_STATE        the state folder
    GATEHOUSE_LOG_LEVEL    debug, info, warning or error
    GATEHOUSE_LOG_FORMAT   json or text
"""

import os
from collections.abc import Mapping
from types import MappingProxyType

CONFIG = "GATEHOUSE_CONFIG"
# Variable -> the setting it replaces. A new line here is a promise to every deployment: keep it short.
OVERRIDES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "GATEHOUSE_STATE": ("state",),
        "GATEHOUSE_LOG_LEVEL": ("log", "level"),
        "GATEHOUSE_LOG_FORMAT": ("log", "format"),
    }
)


def environment() -> Mapping[str, str]:
    """The environment as it is now, as something that can be passed on but not changed."""
    return MappingProxyType(dict(os.environ))

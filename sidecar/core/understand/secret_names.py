"""Names of variables that say that a secret is in them."""

import re

_SECRET = re.compile(
    r"SECRET|TOKEN|PASSW|PASSPHRASE|CREDENTIAL|APIKEY|(^|_)(PASS|KEY|PAT|AUTH|PRIVATE|DSN|PW)(_|$)"
    r"|(DATABASE|MONGO\w*|REDIS|POSTGRES\w*|DB)_UR[IL]|CONNECTION_STRING|\x00",
    re.IGNORECASE,
)


def names_secret(name: str) -> bool:
    """A computed name counts too."""
    return _SECRET.search(name) is not None

"""Names of variables that hold secrets."""

import pytest

from sidecar.core.understand.secret_names import names_secret


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("AWS_SECRET_ACCESS_KEY", True),
        ("GITHUB_TOKEN", True),
        ("DB_PASSWORD", True),
        ("apiKey", True),
        ("DATABASE_URL", True),
        ("\x00", True),
        ("PATH", False),
        ("GIT_AUTHOR_NAME", False),
        ("KEYBOARD", False),
        ("PWD", False),
        ("COMPASS", False),
    ],
)
def test_which_names_say_so(name: str, secret: bool) -> None:
    assert names_secret(name) is secret

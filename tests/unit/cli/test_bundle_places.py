"""Places as the command line names them, and what opens them."""

import argparse
from pathlib import Path

import pytest

from sidecar.cli.bundle_places import fetch, push
from sidecar.core.errors import ConfigurationError
from tests.bundles import bundle, manifest


def arguments(user: str | None = None, credential_env: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(user=user, credential_env=credential_env, ca=None)


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(bundle())
    assert fetch(str(tmp_path / "b.tar"), arguments()) == bundle()


@pytest.mark.parametrize(
    ("place", "given", "said"),
    [
        ("ftp://a/b", arguments(), "ftp://a/b: expected a path, or an address"),
        ("https://a/b", arguments(user="ada"), "--user: needs --credential-env"),
        ("https://a/b", arguments(credential_env="NOT_SET_HERE"), "--credential-env: NOT_SET_HERE is not set"),
        ("http://a/b", arguments(credential_env="PATH"), "a credential over plain http"),
    ],
)
def test_what_cannot_be_asked(place: str, given: argparse.Namespace, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        fetch(place, given)


@pytest.mark.parametrize("to", ["b.tar", "https://a/b", "oci://a/b@sha256:" + "0" * 64])
def test_only_a_tag_in_a_registry_is_pushed_to(to: str) -> None:
    with pytest.raises(ConfigurationError, match="expected oci://HOST/REPOSITORY:TAG"):
        push(bundle(), manifest(), to, arguments())

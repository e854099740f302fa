"""Policies as they are written: a list of files, a bundle, or both."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.settings.bundle import BundleCredential, BundleSettings, WebPlace
from sidecar.settings.load import load
from sidecar.settings.schema import config_schema
from sidecar.settings.source import Source
from sidecar.settings.values import Settings

KEY = "0f" * 32


def loaded(folder: Path, text: str) -> Settings:
    (folder / "p.yaml").write_text("policy: p")
    file = folder / "gatehouse.yaml"
    file.write_text(f"development: {{identity: true}}\npolicies: {text}\n")
    return load(file, {})


def bundle(folder: Path, text: str) -> BundleSettings:
    found = loaded(folder, f"{{bundle: {{public_keys: ['{KEY}'], {text}}}}}").bundle
    assert found is not None
    return found


def test_a_list_is_files(tmp_path: Path) -> None:
    for text in ("[p.yaml]", "{files: [p.yaml]}"):
        found = loaded(tmp_path, text)
        assert (found.policies, found.bundle) == ((str(tmp_path / "p.yaml"),), None)


def test_a_bundle_stands_alone_or_beside_files(tmp_path: Path) -> None:
    alone = f"{{bundle: {{url: 'https://a/b', public_keys: ['{KEY}']}}}}"
    assert loaded(tmp_path, alone).policies == ()
    assert loaded(tmp_path, alone.replace("{bundle", "{files: [p.yaml], bundle")).policies == (
        str(tmp_path / "p.yaml"),
    )


def test_every_setting_of_a_bundle(tmp_path: Path) -> None:
    assert bundle(tmp_path, "url: 'https://a/b'") == BundleSettings(WebPlace("https://a/b"), (KEY,), 60.0)
    more = (
        "url: 'https://a/b', every: 5m, name: company, at_least: 7, allow_rollback: true, ca: ca.pem, "
        "credential: {user: reader, from: {file: word}}"
    )
    credential = BundleCredential("reader", Source(file=tmp_path / "word"))
    assert bundle(tmp_path, more) == BundleSettings(
        WebPlace("https://a/b"), (KEY,), 300.0, "company", 7, True, tmp_path / "ca.pem", credential
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{bundle: {}}", "policies.bundle.url: is required"),
        (f"{{bundle: {{url: 'ftp://a', public_keys: ['{KEY}']}}}}", "2: policies.bundle.url: expected a path, or an"),
        ("{bundle: {url: b.tar, public_keys: []}}", "policies.bundle.public_keys: needs at least one entry"),
        ("{bundle: {url: b.tar, public_keys: [abc]}}", "policies.bundle.public_keys.0: expected a public key of 64"),
        (f"{{bundle: {{url: b.tar, public_keys: ['{KEY}'], every: 0}}}}", "policies.bundle.every"),
        (f"{{bundle: {{url: b.tar, public_keys: ['{KEY}'], ca: a}}}}", "a file needs no `credential` and no `ca`"),
        (
            f"{{bundle: {{url: 'http://a/b', public_keys: ['{KEY}'], credential: {{from: {{env: A}}}}}}}}",
            "a credential over plain http can be read",
        ),
        (f"{{bundle: {{url: 'http://a/b', public_keys: ['{KEY}'], ca: a}}}}", "`ca` needs https://"),
        ("{files: [none.yaml]}", "2: policies.files.0: 'none.yaml' matches no file"),
        ("{bundles: {}}", "policies.bundles: "),
        ("3", "2: policies: "),
        ("[7]", "2: policies.files.0: "),
    ],
)
def test_mistakes(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(tmp_path, text)
    assert said in str(refused.value)


def test_a_credential_may_go_to_this_machine_in_plain(tmp_path: Path) -> None:
    assert bundle(tmp_path, "url: 'oci+http://127.0.0.1:5000/a', credential: {from: {env: A}}").credential


def test_nothing_at_all_is_no_policy(tmp_path: Path) -> None:
    file = tmp_path / "gatehouse.yaml"
    file.write_text("identity: {}\npolicies: {files: []}\n")
    with pytest.raises(ConfigurationError, match=r"2: policies: is required: .*, or a bundle"):
        load(file, {})


def test_the_schema_knows_both_forms() -> None:
    properties = config_schema()["properties"]
    assert isinstance(properties, dict)
    assert {one.get("type") for one in properties["policies"]["anyOf"]} >= {"array"}

"""What a start would stumble over."""

from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.settings.bundle import BundleSettings, WebPlace
from sidecar.settings.load import load
from sidecar.settings.ready import unready
from sidecar.settings.tokens import Exchange, KeyKind, Source, SourceKind
from sidecar.settings.values import Claims, Jwks, Provider, Restore, Settings, Tls


@pytest.fixture
def laptop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEHOUSE_CONFIG", raising=False)
    return load(None, {"GATEHOUSE_STATE": "s"})


def test_a_laptop_has_all_it_needs(laptop: Settings) -> None:
    assert unready(laptop) == ()


def test_each_file_that_is_not_there_is_named(laptop: Settings, tmp_path: Path) -> None:
    (tmp_path / "cert").write_text("")
    settings = replace(
        laptop,
        file=tmp_path / "gatehouse.yaml",
        listen=replace(laptop.listen, tls=Tls(tmp_path / "cert", tmp_path / "key")),
        providers=(Provider("company", "i", ("a",), Jwks(None, tmp_path), Claims("sub", "groups")),),
        restore=Restore(True, tmp_path / "r"),
        mask_key_file=tmp_path / "m",
        record=replace(laptop.record, auditor_key=tmp_path / "a"),
        bundle=BundleSettings(WebPlace("https://a/b"), ("0f" * 32,), 60.0, ca=tmp_path / "ca"),
    )
    assert [str(one) for one in unready(settings)] == [
        f"{tmp_path}/gatehouse.yaml: listen.tls.key: {tmp_path}/key does not exist",
        f"{tmp_path}/gatehouse.yaml: identity.providers (company) jwks.file: {tmp_path} is a folder, not a file",
        f"{tmp_path}/gatehouse.yaml: policies.bundle.ca: {tmp_path}/ca does not exist",
        f"{tmp_path}/gatehouse.yaml: restore.key_file: {tmp_path}/r does not exist",
        f"{tmp_path}/gatehouse.yaml: mask.key_file: {tmp_path}/m does not exist",
        f"{tmp_path}/gatehouse.yaml: record.sealed.auditor_key: {tmp_path}/a does not exist",
    ]


def test_a_socket_path_that_no_kernel_takes(laptop: Settings) -> None:
    settings = replace(laptop, envoy=replace(laptop.envoy, socket=Path("/" + "x" * 107)))
    (said,) = unready(settings)
    assert "108 bytes" in said.message
    assert unready(replace(laptop, envoy=replace(laptop.envoy, socket=Path("/" + "x" * 99)))) == ()


def test_files_of_the_exchange_are_named_too(laptop: Settings, tmp_path: Path) -> None:
    adfs = Source("adfs", SourceKind.SAML, "urn:adfs", ("g",), "NameID", certificates=(tmp_path / "adfs.pem",))
    other = Source("other", SourceKind.OIDC, "https://id", ("g",), "sub", keys_file=tmp_path / "keys.json")
    exchange = Exchange("https://g", ("g",), 900, 9999, 9999, KeyKind.ES256, tmp_path / "key", (adfs, other))
    said = [mistake.message for mistake in unready(replace(laptop, exchange=exchange))]
    assert [one.split(":")[0] for one in said] == [
        "identity.exchange.from (adfs) certificates", "identity.exchange.from (other) jwks.file",
    ]  # fmt: skip

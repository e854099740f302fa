"""`gatehouse policy bundle`: from a folder to a registry and back, and how each command ends."""

import json
from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.rulebook.bundle.keys import private_text
from tests.bundle_server import Registry, served
from tests.bundles import OURS, bundle, policy, public_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "a.yaml").write_bytes(policy("alpha"))
    (tmp_path / "rules" / "README.md").write_text("# Rules")
    (tmp_path / "key").write_text(private_text(OURS))
    (tmp_path / "key.pub").write_text(public_of("ours") + "\n")
    return tmp_path


def run(*words: str) -> int:
    return main(["policy", "bundle", *words])


def build(*more: str) -> int:
    return run("build", "rules", "-o", "b.tar", "--key", "key", *more)


def test_a_key_is_made_once_and_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keys", "new", "fresh") == 0
    made = capsys.readouterr()
    assert "who has it decides what every gate lets through" in made.err
    assert (folder / "fresh").stat().st_mode & 0o777 == 0o600
    assert run("keys", "show", "fresh", "--json") == 0
    assert json.loads(capsys.readouterr().out)["public_key"] == made.out.splitlines()[1]
    assert (folder / "fresh").read_text().strip() not in made.out + made.err
    assert run("keys", "new", "fresh") == 2
    assert "fresh: cannot be made: File exists" in capsys.readouterr().err


def test_what_is_built_is_verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("--version", "7", "--created", "2027-01-15T08:00:00Z", "--not-after", "2099-01-01T00:00:00Z") == 0
    said = capsys.readouterr().out
    assert said.startswith("b.tar: rules@7, made 2027-01-15T08:00:00Z, signed by ")
    assert "  a.yaml  sha256:" in said
    assert "left out: README.md" in said
    assert run("verify", "b.tar", "--public-key", "key.pub", "--json", "--extract", "out/here") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["version"], list(told["files"])) == ("rules", 7, ["a.yaml"])
    assert told["not_after"] == "2099-01-01T00:00:00Z"
    assert (folder / "out" / "here" / "a.yaml").read_bytes() == policy("alpha")


def test_the_version_rises_by_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("--json", "--name", "company") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], len(str(told["version"])), str(told["version"])[:2]) == ("company", 14, "20")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--version", "0"], "--version: expected a number from 1"),
        (["--name", "My Rules"], "--name: expected small letters"),
        (["--not-after", "tomorrow"], "--not-after: expected a time such as"),
        (["--key", "none"], "none: cannot be read: No such file"),
        (["--key", "rules/README.md"], "rules/README.md: expected a private key of 64"),
        (["-o", "no/where.tar"], "no/where.tar: cannot be written: No such file"),
    ],
)
def test_what_cannot_be_built(folder: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str) -> None:
    assert build(*more) == 2
    assert said in capsys.readouterr().err


def test_policies_that_are_wrong_are_not_signed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules" / "a.yaml").write_text("policy: a\nrules: [{id: x, detect: [secret/nope], do: mask}]\n")
    assert build() == 2
    assert capsys.readouterr().err.startswith("rules/a.yaml:2: ")
    assert not (folder / "b.tar").exists()


@pytest.mark.parametrize(
    ("raw", "key", "code", "said"),
    [
        (bundle(), public_of("theirs"), 1, "gatehouse: b.tar is signed by"),
        (bundle()[:-1], public_of("ours"), 1, "gatehouse: b.tar ends in the middle"),
        (bundle(not_after=1), public_of("ours"), 1, "gatehouse: b.tar was good until 1970-01-01T00:00:01Z"),
        (bundle(needs="99.0"), public_of("ours"), 1, "gatehouse: b.tar needs Gatehouse 99.0"),
        (None, public_of("ours"), 1, "gatehouse: b.tar cannot be read: No such file"),
        (bundle(), "abc", 2, "--public-key: expected a public key of 64"),
    ],
)
def test_what_is_not_verified(
    folder: Path, capsys: pytest.CaptureFixture[str], raw: bytes | None, key: str, code: int, said: str
) -> None:
    if raw is not None:
        (folder / "b.tar").write_bytes(raw)
    assert run("verify", "b.tar", "--public-key", key) == code
    assert said in capsys.readouterr().err


def test_to_a_registry_and_back(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORD", "-".join(("open", "sesame")))
    (folder / "b.tar").write_bytes(bundle(7))
    access = ("--public-key", "key.pub", "--user", "user", "--credential-env", "WORD")
    with served(Registry("-".join(("open", "sesame")))) as hall:
        address = hall.url.replace("http://", "oci+http://") + "/rules:stable"
        assert run("push", "b.tar", address, *access) == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0] == f"company@7: pushed to {address}"
        assert run("verify", address.replace(":stable", f"@{said[1]}"), *access) == 0
        assert "company@7" in capsys.readouterr().out
        (folder / "b.tar").write_bytes(bundle(7)[:-1])
        assert run("push", "b.tar", address, *access) == 1
        assert "b.tar ends in the middle" in capsys.readouterr().err

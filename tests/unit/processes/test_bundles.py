"""The bundle of a data plane: what its settings make of it, and what is looked at before it is used."""

import time
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes import bundles
from sidecar.processes.bundles import Check, access, begun, follower, kept, sources, terms
from sidecar.rulebook.bundle.bundle import Bundle, verified
from sidecar.rulebook.bundle.trouble import BundleAway
from sidecar.settings.load import load
from sidecar.settings.values import Settings
from sidecar.telemetry.metrics import Metrics
from tests.bundles import TRUSTED, bundle, policy, public_of


def settings(folder: Path, url: str = "b.tar", more: str = "", files: str = "") -> Settings:
    file = folder / "gatehouse.yaml"
    keys = f"public_keys: ['{public_of('ours')}']"
    file.write_text(
        f"development: {{identity: true}}\npolicies: {{files: [{files}], bundle: {{url: '{url}', {keys}{more}}}}}\n"
    )
    return load(file, {})


def of(**files: bytes) -> Bundle:
    named = {f"{name}.yaml": body for name, body in files.items()}
    return verified(bundle(files=named), TRUSTED)


def test_without_a_bundle_there_is_nothing_to_follow(tmp_path: Path) -> None:
    (tmp_path / "gatehouse.yaml").write_text("development: {identity: true}\n")
    plain = load(tmp_path / "gatehouse.yaml", {})
    assert (kept(plain), follower(plain, Metrics(), time.time, {})) == (None, None)
    assert [Path(source.file).name for source in sources(plain)] == ["starter.yaml"]


async def test_from_its_place_to_the_disk(tmp_path: Path) -> None:
    """Also where a loop runs already."""
    (tmp_path / "b.tar").write_bytes(bundle())
    chosen = settings(tmp_path)
    following = follower(chosen, Metrics(), time.time, {})
    assert following is not None
    begun(following)
    assert [source.file for source in sources(chosen)] == ["company@1/a.yaml", "company@1/b.yaml"]
    assert (chosen.state / "bundle" / "current.tar").read_bytes() == bundle()


def test_with_nothing_there_is_no_start(tmp_path: Path) -> None:
    following = follower(settings(tmp_path), Metrics(), time.time, {})
    assert following is not None
    with pytest.raises(ConfigurationError, match="without its rules nothing may pass"):
        begun(following)
    with pytest.raises(ConfigurationError, match="no gate has fetched the bundle"):
        sources(settings(tmp_path))


def test_terms_are_those_of_the_settings(tmp_path: Path) -> None:
    chosen = settings(tmp_path, more=", name: company, at_least: 3, allow_rollback: true").bundle
    assert chosen is not None
    found = terms(chosen)
    assert (found.name, found.at_least, found.allow_rollback) == ("company", 3, True)
    assert found.gatehouse[0].isdigit()


@pytest.mark.parametrize(
    ("credential", "environ", "user"),
    [
        ("{from: {env: WORD}}", {"WORD": "-".join(("open", "sesame"))}, None),
        ("{user: ada, from: {file: word}}", {}, "ada"),
    ],
)
def test_the_credential_is_read_for_each_visit(
    tmp_path: Path, credential: str, environ: dict[str, str], user: str | None
) -> None:
    (tmp_path / "word").write_text("-".join(("open", "sesame")))
    chosen = settings(tmp_path, "https://rules.example/b", f", credential: {credential}").bundle
    assert chosen is not None
    found = access(chosen, time.time, environ)
    assert found.secret is not None
    assert (found.user, found.secret()) == (user, "open-sesame")


def test_a_credential_that_is_not_there_is_named(tmp_path: Path) -> None:
    chosen = settings(tmp_path, "http://127.0.0.1:1/b", ", credential: {from: {env: WORD}}")
    following = follower(chosen, Metrics(), time.time, {})
    assert following is not None
    with pytest.raises(ConfigurationError, match="the credential for the bundle is not there: WORD is not set"):
        begun(following)


async def test_rules_that_do_not_compile_are_lines() -> None:
    lines = await Check(())(of(a=b"policy: [", b=policy("beta")))
    assert [line.partition(" ")[0] for line in lines] == ["a.yaml:1:"]


async def test_rules_that_fail_their_own_tests_are_lines() -> None:
    wrong = policy("alpha", "a").replace(b"verdict: mask", b"verdict: deny")
    lines = await Check(())(of(a=wrong, b=policy("beta", "b")))
    assert list(lines) == ["a.yaml: test 'the word goes': verdict: expected deny, got mask"]


def test_what_it_stands_beside_counts_too(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(policy("alpha", "company"))
    check = Check([str(tmp_path / "p.yaml")])
    (line,) = check.beside(of(a=policy("beta", "company")))
    assert line.startswith("a.yaml:1: policy: 'company' is already in")
    (tmp_path / "p.yaml").write_text("policy: [")
    assert not check.beside(of(a=policy("beta", "company")))


async def test_a_check_that_takes_too_long_is_no_refusal() -> None:
    with pytest.raises(BundleAway, match="company@1 could not be looked at within 0 s"):
        await Check((), within=0.0)(of(a=policy("alpha")))
    assert bundles.CHECK_WITHIN > 10

"""A folder of policies becomes a bundle, or every mistake in it a line."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.bundle_build import Built, Said, built
from sidecar.rulebook.bundle.archive import LARGEST_FILE
from sidecar.rulebook.bundle.bundle import verified
from tests.bundles import CREATED, FILES, OURS, TRUSTED, bundle, policy

SAID = Said("company", 1, CREATED, "0.1.0")
CASES = b"policies: [a.yaml]\ncases: [{note: another word, prompt: 'say beta', expect: {verdict: %s}}]\n"


def of(folder: Path, **files: bytes) -> Built:
    for name, body in files.items():
        (folder / name.replace("__", ".")).write_bytes(body)
    return built(folder, SAID, [OURS])


def test_a_folder_is_a_bundle_and_the_same_one_each_time(tmp_path: Path) -> None:
    found = of(tmp_path, **FILES)
    assert (found.raw, found.left) == (bundle(1), ())
    assert built(tmp_path, SAID, [OURS]).raw == found.raw
    assert verified(found.raw, TRUSTED).manifest == found.manifest


def test_cases_are_run_and_stay_with_everything_else(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / ".hidden.yaml").write_text("policy: [")
    found = of(tmp_path, a__yaml=policy("alpha"), cases__yaml=CASES % b"allow", README__md=b"# Rules")
    assert list(found.manifest.files) == ["a.yaml"]
    assert found.left == (".hidden.yaml", "README.md", "cases.yaml", "more")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, ["holds no policy"]),
        ({"README__md": b""}, ["holds no policy"]),
        ({"a__yaml": b"policy: ["}, ["/a.yaml:1: not valid YAML"]),
        ({"a__yaml": policy("x", "a") + b"more: 1\n", "b__yaml": b"policy: b\nrules: 7\n"}, ["/a.yaml:", "/b.yaml:2:"]),
        ({"a__yaml": policy("x"), "b__yaml": policy("y")}, ["/b.yaml:1: policy: 'company' is already in"]),
        (
            {"a__yaml": policy("x").replace(b"verdict: mask", b"verdict: deny")},
            ["/a.yaml: test 'the word goes': verdict: expected deny, got mask"],
        ),
        ({"a__yaml": policy("alpha"), "c__yaml": CASES % b"deny"}, ["/c.yaml: test 'another word': verdict"]),
        ({"a b__yaml": policy("x")}, ["/a b.yaml: has a name that cannot be in a bundle"]),
        ({"a__yaml": b"\xff"}, ["/a.yaml: is not UTF-8"]),
        (
            {"a__yaml": policy("x").replace(b"prompt: 'say x'", b"request_file: b.json"), "b__json": b"{}"},
            ["/b.json: is named by a test, and only policies are in a bundle"],
        ),
        ({"a__yaml": policy("x") + b"#" * LARGEST_FILE}, ["/a.yaml: is larger than 1 MiB"]),
    ],
)
def test_what_cannot_be_in_one_is_refused_with_its_lines(
    tmp_path: Path, files: dict[str, bytes], said: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        of(tmp_path, **files)
    lines = [str(mistake).removeprefix(str(tmp_path)) for mistake in refused.value.mistakes]
    for begin in said:
        assert any(begin in line for line in lines), lines


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="none: cannot be read: No such file"):
        built(tmp_path / "none", SAID, [OURS])

"""Policy files, found and read."""

import os
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.rulebook.sources import files_of, read_sources


def said(*patterns: Path | str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_sources([str(pattern) for pattern in patterns])
    return [str(mistake) for mistake in caught.value.mistakes]


def test_files_come_in_the_order_of_their_names_each_once(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.yaml", "c.txt"):
        (tmp_path / name).write_text(name)
    sources = read_sources([str(tmp_path / "*.yaml"), str(tmp_path / "b.yaml")])
    assert [(Path(source.file).name, source.text) for source in sources] == [("a.yaml", "a.yaml"), ("b.yaml", "b.yaml")]


def test_a_configmap_is_read_once_and_not_through_its_hidden_folder(tmp_path: Path) -> None:
    (tmp_path / "..2026").mkdir()
    (tmp_path / "..2026" / "a.yaml").write_text("a")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert files_of([str(tmp_path / "**" / "*.yaml")]) == (tmp_path / "a.yaml",)


def test_every_reason_at_once(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"#" * ((1 << 20) + 1))
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "gone.yaml").symlink_to("nowhere")
    (tmp_path / "latin.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    (tmp_path / "good.yaml").write_text("")
    os.mkfifo(tmp_path / "pipe.yaml")
    assert said(tmp_path / "*.yaml", tmp_path / "none/*.yaml") == [
        f"{tmp_path}/big.yaml: is larger than 1 MiB: this is not a policy",
        f"{tmp_path}/folder.yaml: is a folder: name the files in it, such as {tmp_path}/folder.yaml/*.yaml",
        f"{tmp_path}/gone.yaml: is not a file",
        f"{tmp_path}/latin.yaml:2: is not UTF-8 text from here on",
        f"{tmp_path}/none/*.yaml: matches no file",
        f"{tmp_path}/pipe.yaml: is not a file",
    ]


def test_too_many_files(tmp_path: Path) -> None:
    for number in range(1_001):
        (tmp_path / f"{number}.yaml").touch()
    (mistake,) = said(tmp_path / "*.yaml")
    assert "names 1001 files; 1000 are the most" in mistake

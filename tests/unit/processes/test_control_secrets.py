"""Secrets of a control plane: read where the settings say, made where they say nothing."""

from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.processes.control_secrets import dsn, link_key, owner_key, read
from sidecar.settings.control import Control, Source
from sidecar.settings.written_control import ControlSection, control_from


def control(folder: Path, **written: object) -> Control:
    return control_from(ControlSection.model_validate(written), folder, folder)


def test_keys_are_made_once_and_only_for_this_user(tmp_path: Path) -> None:
    here = control(tmp_path)
    keys = [(link_key(here, {}), owner_key(here)) for _ in range(2)]
    assert keys[0] == keys[1]
    assert keys[0][0] != keys[0][1]
    assert all((tmp_path / name).stat().st_mode & 0o777 == 0o600 for name in ("control.key", "owner.key"))


def test_what_is_configured_counts(tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://x\n")
    here = control(tmp_path, link={"key": {"env": "LINK"}}, database={"file": "dsn"})
    assert (link_key(here, {"LINK": "k"}), dsn(here, {})) == ("k", "postgresql://x")
    assert dsn(control(tmp_path), {}) == f"sqlite://{tmp_path}/control/control.sqlite"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (Source(env="NONE"), "NONE is not set"),
        (Source(file=Path("/nowhere/at/all")), "cannot be read: No such file"),
        (Source(file=Path("/dev/null")), "is empty"),
        (Source(), "names no place"),
    ],
)
def test_what_is_not_there_names_the_setting(source: Source, why: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^control.x: .*{why}"):
        read(source, "control.x", {"OTHER": "secret"})

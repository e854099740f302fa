import stat
import threading
from pathlib import Path

import pytest

from sidecar.control.laptop.kept import Cached, Kept, Login
from sidecar.core.errors import ConfigurationError

LOGIN = Login("https://gate", "https://gate/v1/token", "refresh-me", proof="proof-me", who="ada")


def kept(folder: Path) -> Kept:
    return Kept(folder / "config", folder / "cache")


def files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.name != ".lock"]


def test_kept_for_oneself_only(tmp_path: Path) -> None:
    one = kept(tmp_path)
    one.keep(LOGIN)
    one.keep_token("t", Cached("secret", 1, 2))
    assert (one.login(), one.token("t")) == (LOGIN, Cached("secret", 1, 2))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files(tmp_path)} == {0o600}
    assert {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("config", "cache")} == {0o700}
    assert "refresh-me" not in repr(LOGIN)
    assert "proof-me" not in repr(LOGIN)


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"'])
def test_what_somebody_broke_is_not_there(tmp_path: Path, text: str) -> None:
    one = kept(tmp_path)
    one.keep(LOGIN)
    file = tmp_path / "config" / "login.json"
    file.write_text(text)
    assert one.login() is None


def test_a_file_that_others_can_read_is_not_believed(tmp_path: Path) -> None:
    one = kept(tmp_path)
    one.keep(LOGIN)
    (tmp_path / "config" / "login.json").chmod(0o644)
    assert one.login() is None


def test_forgotten(tmp_path: Path) -> None:
    one = kept(tmp_path)
    assert not one.forget()
    one.keep(LOGIN)
    one.keep_token("t", Cached("secret", 1, 2))
    assert one.forget()
    assert files(tmp_path) == []


def test_one_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []
    inside, one = threading.Event(), kept(tmp_path)

    def second() -> None:
        assert inside.wait(60)
        with kept(tmp_path).locked():
            order.append("second")

    thread = threading.Thread(target=second, daemon=True)
    thread.start()
    with one.locked():
        inside.set()
        thread.join(0.1)
        order.append("first")
    thread.join(60)
    assert order == ["first", "second"]


@pytest.mark.parametrize(
    ("environ", "config", "cache"),
    [
        ({"HOME": "/h"}, "/h/.config/gatehouse", "/h/.cache/gatehouse"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/c", "XDG_CACHE_HOME": "/x"}, "/c/gatehouse", "/x/gatehouse"),
    ],
)
def test_where(environ: dict[str, str], config: str, cache: str) -> None:
    one = Kept.of(environ)
    assert (str(one._login.parent), str(one._cache)) == (config, cache)


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")
    with pytest.raises(ConfigurationError):
        kept(tmp_path).keep(LOGIN)

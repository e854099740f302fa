"""Signing keys: made once, private, rotated so that what was signed before can still be checked."""

import json
import os
from pathlib import Path

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.core.evidence.checkpoint import signed, verified
from sidecar.core.evidence.trust import Trust
from sidecar.record.keys import Keys, listed, published, rotated, text_of


def opened(folder: Path, since: str = "2026-01-01T00:00:00.000000Z") -> Keys:
    return Keys(folder / "keys", lambda: since)


def test_a_key_is_made_once_and_private(tmp_path: Path) -> None:
    first, second = opened(tmp_path).current(), opened(tmp_path).current()
    assert first.id == second.id
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o777 == 0o600
    secret = (tmp_path / "keys" / "signing.key").read_text().strip()
    assert secret not in repr(first)
    assert secret not in (tmp_path / "keys" / "public.json").read_text()


def test_the_public_key_is_published_with_its_beginning(tmp_path: Path) -> None:
    signer = opened(tmp_path).current()
    listed = json.loads((tmp_path / "keys" / "public.json").read_text())
    assert listed == {"keys": [{"id": signer.id, "public": signer.public, "since": "2026-01-01T00:00:00.000000Z"}]}
    (tmp_path / "keys" / "public.json").unlink()
    opened(tmp_path, "2026-03-01T00:00:00.000000Z")
    assert list(published(tmp_path / "keys")) == [signer.id]


def test_a_rotation_is_seen_and_both_keys_still_check(tmp_path: Path) -> None:
    keys = opened(tmp_path)
    old = keys.current()
    new = rotated(tmp_path / "keys", "2026-02-01T00:00:00.000000Z")
    assert keys.current().id == new.id != old.id
    assert list(published(tmp_path / "keys")) == [old.id, new.id]
    for signer in (old, new):
        made = signed(signer.private, chain="gc", count=1, last_hash=b"h" * 32, root=b"r" * 32, at="t")
        assert verified(made, published(tmp_path / "keys"))
    assert old.private.private_bytes_raw().hex() not in (tmp_path / "keys" / "signing.key").read_text()


def test_every_rotation_leaves_the_old_keys_word_for_the_new_one(tmp_path: Path) -> None:
    first = opened(tmp_path).current()
    signers = [rotated(tmp_path / "keys", f"2026-02-0{day}T00:00:00.000000Z") for day in (1, 2, 3)]
    trust = Trust({first.id: first.private.public_key()})
    for pledge in signers[-1].pledges:
        trust.see(pledge)
    assert all(trust.knows(signer.id) for signer in signers)
    assert [pledge["to"] for pledge in signers[-1].after(signers[0].id)] == [signers[1].id, signers[2].id]
    assert signers[-1].after(signers[-1].id) == ()
    assert [(one.id, one.before) for one in listed(tmp_path / "keys")] == [
        (first.id, None),
        *zip([one.id for one in signers], [first.id, signers[0].id, signers[1].id], strict=True),
    ]


def test_a_copy_of_the_list_under_any_name_can_be_read(tmp_path: Path) -> None:
    signer = opened(tmp_path).current()
    (tmp_path / "trusted.json").write_text(text_of(listed(tmp_path / "keys")))
    assert list(published(tmp_path / "trusted.json")) == [signer.id]


def test_a_key_file_that_goes_away_while_the_gate_runs_changes_nothing(tmp_path: Path) -> None:
    keys = opened(tmp_path)
    before = keys.current()
    (tmp_path / "keys" / "signing.key").write_text("torn")
    assert keys.current() is before
    (tmp_path / "keys" / "signing.key").unlink()
    assert keys.current() is before


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("signing.key", "no key", "not a signing key"),
        ("signing.key", "ab" * 31, "not a signing key"),
        ("public.json", "{", "not the list"),
        ("public.json", "[]", "not the list"),
        ("public.json", '{"keys": [{"id": "a"}]}', "not the list"),
        ("public.json", '{"keys": [{"id": "a", "public": "ab", "since": "s"}]}', "not the list"),
    ],
)
def test_a_file_that_is_something_else_stops_the_start(tmp_path: Path, name: str, text: str, said: str) -> None:
    opened(tmp_path)
    (tmp_path / "keys" / name).write_text(text)
    with pytest.raises(ConfigurationError, match=said) as refused:
        opened(tmp_path)
    assert "no key" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be kept here"):
        opened(tmp_path)


def test_two_starters_end_with_one_key(tmp_path: Path) -> None:
    # The second finds the first one's file only when it is about to link its own.
    first = opened(tmp_path).current()
    stamp = os.stat(tmp_path / "keys" / "signing.key").st_ino
    from sidecar.record.keys import _first

    _first(tmp_path / "keys")
    assert os.stat(tmp_path / "keys" / "signing.key").st_ino == stamp
    assert opened(tmp_path).current().id == first.id
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["public.json", "signing.key"]

import json
from pathlib import Path

import pytest

from sidecar.cli.main import main
from sidecar.record.keys import listed, published
from tests.unit.record.gates import gate


async def test_list_rotate_publish(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, folder = str(await gate(tmp_path)), tmp_path / "state" / "keys"
    (first,) = listed(folder)
    assert main(["audit", "keys", "publish", "--config", config, "--out", str(tmp_path / "trusted.json")]) == 0
    assert main(["audit", "keys", "rotate", "--config", config]) == 0
    second = listed(folder)[-1]
    assert (second.before, len(published(folder))) == (first.id, 2)
    said = capsys.readouterr().out
    assert f"{second.id} signs from the next checkpoint on; {first.id} vouches for it" in said
    assert main(["audit", "keys", "list", "--config", config]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"{first.id}  since {first.since}  until {second.since}",
        f"{second.id}  since {second.since}  signs now",
    ]
    await gate(tmp_path)  # another life, signed with the new key
    # Who has only the list of before follows the pledge.
    for keys in ((), ("--keys", str(tmp_path / "trusted.json"))):
        assert main(["audit", "verify", "--config", config, *keys]) == 0
    (folder / "public.json").unlink()
    assert main(["audit", "verify", "--config", config, "--keys", str(tmp_path / "trusted.json")]) == 0


async def test_as_json_and_never_a_private_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config, folder = str(await gate(tmp_path)), tmp_path / "state" / "keys"
    secrets = [(folder / "signing.key").read_text().strip()]
    assert main(["audit", "keys", "rotate", "--config", config, "--json"]) == 0
    secrets.append((folder / "signing.key").read_text().strip())
    told = json.loads(rotated := capsys.readouterr().out)
    assert (told["id"], told["until"]) == (listed(folder)[-1].id, None)
    assert main(["audit", "keys", "list", "--config", config, "--json"]) == 0
    listing = capsys.readouterr().out
    assert [one["until"] for one in json.loads(listing)["keys"]] == [told["since"], None]
    assert main(["audit", "keys", "publish", "--config", config]) == 0
    shown = capsys.readouterr().out
    assert json.loads(shown) == json.loads((folder / "public.json").read_text())
    assert not any(secret in text for secret in secrets for text in (rotated, listing, shown))


def test_where_no_gate_ever_ran(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "gatehouse.yaml"
    config.write_text("development: {identity: true}\nstate: none\n")
    for action in ("list", "rotate", "publish"):
        assert main(["audit", "keys", action, "--config", str(config)]) == 2
        assert "there are no keys here yet" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


async def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = str(await gate(tmp_path))
    out = str(tmp_path / "nowhere" / "keys.json")
    assert main(["audit", "keys", "publish", "--config", config, "--out", out]) == 2
    assert "cannot be written" in capsys.readouterr().err

import io
from pathlib import Path

import pytest

from sidecar.control.laptop import proof
from sidecar.control.laptop.said import NoToken
from sidecar.core.errors import ConfigurationError
from tests.unit.control.laptop.served import served

JWT = proof.TYPES["jwt"]


def test_from_each_place(tmp_path: Path) -> None:
    (tmp_path / "t").write_text(" token \n")
    shown = (
        proof.from_file(tmp_path / "t", JWT),
        proof.from_variable("T", {"T": "token"}, JWT),
        proof.from_input(io.StringIO("token\n"), JWT),
    )
    assert {one.read() for one in shown} == {"token"}
    assert len({one.name for one in shown}) == 1
    assert "token" not in repr(shown[0]).replace(JWT, "").replace(shown[0].name, "")


def test_another_proof_has_another_name() -> None:
    assert proof.from_variable("T", {"T": "a"}, JWT).name != proof.from_variable("T", {"T": "b"}, JWT).name


def test_what_is_not_there(tmp_path: Path) -> None:
    for wrong in (
        lambda: proof.from_file(tmp_path / "none", JWT),
        lambda: proof.from_variable("T", {}, JWT),
        lambda: proof.from_input(io.StringIO(" "), JWT),
        lambda: proof.of_github({}, "gatehouse"),
        proof.of_pod,
    ):
        with pytest.raises(ConfigurationError):
            wrong()


def test_a_github_job_asks_when_it_is_needed() -> None:
    with served(lambda *_: (200, {"value": "job-token"})) as github:
        environ = {proof.GITHUB_URL: f"{github.url}/t?v=1", proof.GITHUB_TOKEN: "own"}
        shown = proof.of_github(environ, "gate house")
        assert github.asked == []
        assert shown.read() == "job-token"
        assert github.asked == [("/t?v=1&audience=gate%20house", {})]
        github.reply = lambda *_: (500, {})
        with pytest.raises(NoToken, match="GitHub gave no token"):
            shown.read()

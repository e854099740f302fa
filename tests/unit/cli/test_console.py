"""`gatehouse console`: a link that works."""

import json

import httpx
import pytest

from sidecar.cli.main import main
from tests.unit.cli.served import Served


def test_a_link_that_signs_in(control: Served, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["console", "--json", "--config", str(control.config)]) == 0
    link = json.loads(capsys.readouterr().out)["url"]
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(link).status_code == 303
        assert browser.get(f"{control.desk.parts.url}/approvals").status_code == 200
    assert main(["console", "--config", str(control.config)]) == 0
    assert capsys.readouterr().out.startswith(f"{control.desk.parts.url}/sign-in?once=")

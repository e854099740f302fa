"""Every way of writing has its own detector, for passwords, secrets and keys alike."""

import pytest

from sidecar.core.detect.compiled import Compiled
from sidecar.core.detect.secrets.assigned import DETECTORS

VALUE = "kD83" + "jskW9x2Q" + "mZ4tB7vL"
SCAN = Compiled(DETECTORS)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ('{name} = "{value}"', "quoted"),
        ('{name}: str = "{value}"', "typed"),
        ("{name}={value}", "bare"),
        ("ENV {name} {value}", "environment"),
        ("<{name}>{value}</{name}>", "element"),
        ('set("{name}", "{value}")', "call"),
        ('{name}("{value}")', "given"),
        ('<x name="{name}" value="{value}"/>', "attribute"),
    ],
)
@pytest.mark.parametrize(
    ("name", "kind"), [("password", "password"), ("db_pass", "password-short"), ("app_token", "secret")]
)
def test_each_way_is_found_by_its_detector(text: str, way: str, name: str, kind: str) -> None:
    written = text.format(name=name, value=VALUE)
    found = [match for match in SCAN.scan(written.encode()) if match.detector == f"secret/{kind}-{way}"]
    assert [written[match.start : match.end] for match in found] == [VALUE]


@pytest.mark.parametrize("name", ["token_id", "secretId", "credentialsId", "publicKeyToken"])
def test_an_identifier_of_a_secret_is_none(name: str) -> None:
    assert SCAN.scan(f'{name} = "{VALUE}"'.encode()) == ()

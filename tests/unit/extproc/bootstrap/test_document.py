"""The bootstrap as text."""

import json
import sys

import pytest
import yaml

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.bootstrap.document import as_json, as_mapping, as_yaml
from tests.unit.extproc.bootstrap.examples import SPEC


def test_json_and_yaml_say_the_same() -> None:
    assert yaml.safe_load(as_yaml(SPEC)) == json.loads(as_json(SPEC)) == as_mapping(SPEC)


def test_no_aliases() -> None:
    assert "&id" not in as_yaml(SPEC)


def test_the_missing_package_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sidecar.extproc.bootstrap.build", None)
    with pytest.raises(ConfigurationError, match="envoy-data-plane: pip install"):
        as_mapping(SPEC)

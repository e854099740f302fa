"""The bootstrap as text."""

import json

import yaml

from sidecar.extproc.bootstrap.document import as_json, as_mapping, as_yaml
from tests.unit.extproc.bootstrap.examples import SPEC


def test_json_and_yaml_say_the_same() -> None:
    assert yaml.safe_load(as_yaml(SPEC)) == json.loads(as_json(SPEC)) == as_mapping(SPEC)


def test_no_aliases() -> None:
    assert "&id" not in as_yaml(SPEC)

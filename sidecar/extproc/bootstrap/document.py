"""The bootstrap as text."""

import json
from collections.abc import Mapping

import yaml

from sidecar.extproc.bootstrap.build import build
from sidecar.extproc.bootstrap.spec import BootstrapSpec

# libyaml's, where it is there: a tenth of the time, and `gatehouse up` waits for it.
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def as_mapping(spec: BootstrapSpec) -> Mapping[str, object]:
    """The bootstrap as plain values, with Envoy's own field names."""
    return build(spec).mapping()


def as_json(spec: BootstrapSpec) -> str:
    return json.dumps(as_mapping(spec), indent=2) + "\n"


def as_yaml(spec: BootstrapSpec) -> str:
    # JSON in between: the same plain values, no aliases.
    text: str = yaml.dump(json.loads(as_json(spec)), Dumper=DUMPER, sort_keys=False, width=120)
    return text

"""The bootstrap as text.

Rules: the package that knows Envoy's configuration is large and only needed here; it is asked for by name when it is
missing.
"""

import json
import warnings
from collections.abc import Mapping

import yaml

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.bootstrap.spec import BootstrapSpec

# libyaml's, where it is there: a tenth of the time, and `gatehouse up` waits for it.
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
MISSING = "needs the package envoy-data-plane: pip install 'gatehouse[local]'"


def as_mapping(spec: BootstrapSpec) -> Mapping[str, object]:
    """The bootstrap as plain values, with Envoy's own field names."""
    try:
        with warnings.catch_warnings():
            # Its generated code uses a form that pydantic will drop one day; nothing a reader of this could mend.
            warnings.simplefilter("ignore", DeprecationWarning)
            import betterproto2  # noqa: PLC0415  (see the rules above)

            from sidecar.extproc.bootstrap.build import build  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigurationError.single("envoy config", MISSING) from error
    made: Mapping[str, object] = build(spec).to_dict(casing=betterproto2.Casing.SNAKE)
    return made


def as_json(spec: BootstrapSpec) -> str:
    return json.dumps(as_mapping(spec), indent=2) + "\n"


def as_yaml(spec: BootstrapSpec) -> str:
    # JSON in between: the same plain values, no aliases.
    text: str = yaml.dump(json.loads(as_json(spec)), Dumper=DUMPER, sort_keys=False, width=120)
    return text

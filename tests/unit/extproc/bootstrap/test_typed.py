"""Typed messages of Envoy, held against the package that knows them all."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from betterproto2 import Casing
from envoy_data_plane.envoy.config.bootstrap.v3 import Bootstrap

from sidecar.extproc.bootstrap.envoy import core, hcm, heap, overload, protobuf, route
from sidecar.extproc.bootstrap.spec import TlsSpec, WorkloadSpec
from sidecar.extproc.bootstrap.typed import Packed
from tests.unit.extproc.bootstrap.examples import COMPANY, LOCAL, TICKETS, UPGRADING, mapping

GENERATOR = Path(__file__).parents[4] / "proto" / "vocabulary.py"
EMPTY = "type.googleapis.com/google.protobuf.Empty"
CHANGES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "a pod": {"workload": WorkloadSpec(LOCAL, Path("/var/token"), "stand-in")},
    "two providers": {"providers": (COMPANY, LOCAL)},
    "certificates": {"tls": TlsSpec(Path("/a.crt"), Path("/a.key"))},
    "sockets and files": {"admin_socket": Path("/admin.sock"), "access_log": Path("/access.log")},
    "WebSockets": {"connections": UPGRADING, "own_tokens": True},
    "nothing of TLS": {"connections": (TICKETS,)},
    "defaults, said": {"clock_skew": 0, "exchanges": 0, "port": 0, "idle_timeout": 0.0},
    "parts of seconds": {"drain": 0.25, "connect_timeout": 1.5},
}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = spec_from_file_location("vocabulary", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_vocabulary_is_what_the_generator_makes(generator: ModuleType, tmp_path: Path) -> None:
    generator.write(tmp_path / "made.json")
    assert (tmp_path / "made.json").read_text() == generator.VOCABULARY.read_text()


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES)
def test_envoys_own_package_reads_it_and_says_the_same(generator: ModuleType, changed: dict[str, Any]) -> None:
    """In the same order too, so that a bootstrap that somebody keeps does not move."""
    assert generator.vocabulary(), "all of its packages are loaded: it reads only what it knows"
    made = mapping(**changed)
    assert json.dumps(Bootstrap.from_dict(made).to_dict(casing=Casing.SNAKE)) == json.dumps(made)


WRONG: tuple[tuple[Callable[[], object], str], ...] = (
    (lambda: core.Node(name="x"), "envoy.config.core.v3.Node has no field name"),
    (lambda: core.Node(id=1), "Node.id: str is wanted, not int"),
    (lambda: core.SocketAddress(port_value=True), "a whole number from 0 to 4294967295 is wanted, not True"),
    (lambda: core.SocketAddress(port_value=-1), "not -1"),
    (lambda: heap.FixedHeapConfig(max_heap_size_bytes=1 << 64), "max_heap_size_bytes: a whole number"),
    (lambda: core.HttpUri(timeout=5), "timeout: a duration is wanted, not int"),
    (lambda: core.Address(pipe=core.Node()), "core.v3.Pipe is wanted, not envoy.config.core.v3.Node"),
    (lambda: hcm.HttpFilter(typed_config=core.Node()), "a packed message is wanted, not Message"),
    (lambda: hcm.HttpConnectionManager(http_filters="all"), "a list is wanted, not str"),
    (lambda: route.Route(typed_per_filter_config=[1]), "a mapping by names is wanted, not list"),
    (lambda: core.DataSource(filename="a", inline_string="b"), "filename and inline_string exclude each other"),
    (
        lambda: core.HeaderValueOption(append_action=hcm.HttpConnectionManagerCodecType.HTTP1),
        "HeaderAppendAction is wanted, not .*HttpConnectionManagerCodecType",
    ),
)


@pytest.mark.parametrize(("make", "why"), WRONG, ids=[why for _, why in WRONG])
def test_what_does_not_fit_is_refused(make: Callable[[], object], why: str) -> None:
    with pytest.raises(TypeError, match=why):
        make()


def test_a_word_that_envoy_or_the_vocabulary_lacks() -> None:
    with pytest.raises(AttributeError, match=re.escape("envoy.config.core.v3 has no Nodes here: `make proto`")):
        assert core.Nodes
    with pytest.raises(AttributeError, match="has no value HTTP9"):
        assert hcm.HttpConnectionManagerCodecType.HTTP9


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (core.Node(id="", cluster=None), {}),
        (core.Address(pipe=core.Pipe()), {"pipe": {}}),
        (route.HeaderMatcher(name="a", present_match=False), {"name": "a", "present_match": False}),
        (route.HeaderMatcher(name="a"), {"name": "a"}),
        (core.DataSource(inline_string=""), {"inline_string": ""}),
        (hcm.HttpConnectionManager(codec_type=hcm.HttpConnectionManagerCodecType.AUTO), {}),
        (heap.FixedHeapConfig(max_heap_size_bytes=1 << 40), {"max_heap_size_bytes": "1099511627776"}),
        (overload.ThresholdTrigger(value=0.0), {}),
        (hcm.HttpFilter(typed_config=Packed(protobuf.Empty())), {"typed_config": {"@type": EMPTY}}),
    ],
)
def test_defaults_are_left_out_but_where_a_field_knows(made: Any, said: dict[str, object]) -> None:
    assert made.mapping() == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(5, "5s"), (0, "0s"), (0.25, "0.250s"), (1.123456, "1.123456s"), (90000, "90000s")]
)
def test_durations(seconds: float, said: str) -> None:
    assert core.HttpUri(timeout=timedelta(seconds=seconds)).mapping() == {"timeout": said}


def test_no_start_of_a_gate_needs_the_package() -> None:
    sources = [file.read_text() for file in (GENERATOR.parent.parent / "sidecar").rglob("*.py")]
    assert len(sources) > 500
    assert [text for text in sources if "import envoy_data_plane" in text or "from envoy_data_plane" in text] == []

"""Our small `.proto` against Envoy's own, by way of `envoy-data-plane`, which another compiler made from it."""

from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.service.ext_proc import v3 as ext_proc
from envoy_data_plane.envoy.type import v3 as types
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.extproc.gen import extproc_pb2 as pb

PROTO = Path(__file__).parents[3] / "proto"
OURS: Mapping[str, Descriptor] = pb.DESCRIPTOR.message_types_by_name
TYPES = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_MESSAGE: "message",
    FieldDescriptor.TYPE_ENUM: "enum",
    FieldDescriptor.TYPE_INT32: "int32",
}


def oracle(name: str) -> Any:
    return next(getattr(module, name) for module in (ext_proc, core, types) if hasattr(module, name))


def meta(name: str, field: str) -> Any:
    return oracle(name).__dataclass_fields__[field].metadata["betterproto"]


def is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


@pytest.mark.parametrize("name", OURS)
def test_numbers_and_types_are_envoys(name: str) -> None:
    for field in OURS[name].fields:
        theirs = meta(name, field.name)
        ours = "map" if is_map(field) else TYPES[field.type]
        # An enum travels as its number: we need the number of a status, not the list of all.
        same = {"int32", "enum"} if (name, field.name) == ("HttpStatus", "code") else {ours}
        assert (theirs.number, theirs.repeated) == (field.number, field.is_repeated and ours != "map"), field.full_name
        assert theirs.proto_type in same, field.full_name
        assert theirs.group == (field.containing_oneof.name if field.containing_oneof else None), field.full_name


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (pb.ProtocolConfiguration.BodySendMode, "ProtocolConfiguration.request_body_mode"),
        (pb.CommonResponse.ResponseStatus, "CommonResponse.status"),
        (pb.HeaderValueOption.HeaderAppendAction, "HeaderValueOption.append_action"),
    ],
)
def test_enum_numbers_are_envoys(ours: Any, theirs: str) -> None:
    name, _, field = theirs.partition(".")
    known = type(getattr(oracle(name)(), field))
    assert {value.name: int(value) for value in known} == dict(ours.items())


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
LEAVES = {
    FieldDescriptor.TYPE_STRING: TEXT,
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=8),
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_INT32: st.sampled_from([200, 400, 403, 413, 500, 504]),
}
JSON = st.dictionaries(TEXT, st.recursive(TEXT | st.booleans() | st.none(), st.lists, max_leaves=3), max_size=3)


@st.composite
def messages(draw: st.DrawFn, descriptor: Descriptor) -> Any:
    """Any message that our `.proto` can say."""
    made = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if draw(st.booleans()):
            _fill(draw, made, field)
    return made


def _fill(draw: st.DrawFn, made: Any, field: FieldDescriptor) -> None:
    if is_map(field):
        for key in draw(st.lists(TEXT, max_size=2)):
            getattr(made, field.name)[key].update(draw(JSON))
    elif field.type == FieldDescriptor.TYPE_MESSAGE and field.is_repeated:
        getattr(made, field.name).extend(draw(st.lists(messages(field.message_type), max_size=2)))
    elif field.type == FieldDescriptor.TYPE_MESSAGE:
        getattr(made, field.name).CopyFrom(draw(messages(field.message_type)))
    elif field.type == FieldDescriptor.TYPE_ENUM:
        setattr(made, field.name, draw(st.sampled_from([value.number for value in field.enum_type.values])))
    elif field.is_repeated:
        getattr(made, field.name).extend(draw(st.lists(LEAVES[field.type], max_size=2)))
    else:
        setattr(made, field.name, draw(LEAVES[field.type]))


# Envoy's ext_proc reads the older of two fields (see the `.proto`).
@pytest.mark.filterwarnings("ignore:HeaderValueOption.append")
@pytest.mark.parametrize("name", ["ProcessingRequest", "ProcessingResponse"])
def test_what_one_says_the_other_understands(name: str) -> None:
    @given(messages(OURS[name]))
    @settings(max_examples=80, deadline=None)
    def both_ways(ours: Any) -> None:
        theirs = oracle(name).parse(ours.SerializeToString())
        again = getattr(pb, name).FromString(bytes(theirs))
        assert again == ours
        assert oracle(name).parse(again.SerializeToString()) == theirs

    both_ways()


def test_fields_that_we_leave_out_are_skipped() -> None:
    theirs = ext_proc.ProcessingRequest(
        request_body=ext_proc.HttpBody(body=b"a", grpc_message_compressed=True), attributes={}
    )
    assert pb.ProcessingRequest.FromString(bytes(theirs)).request_body.body == b"a"


def test_the_committed_code_is_what_the_generator_makes(tmp_path: Path) -> None:
    spec = spec_from_file_location("generate", PROTO / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = module_from_spec(spec)
    spec.loader.exec_module(generate)
    made = generate.generate(tmp_path)
    assert made.read_text() == (generate.GENERATED / made.name).read_text()

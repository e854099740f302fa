"""Bytes to values and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.extproc import messages as m
from sidecar.extproc.gen import extproc_pb2 as pb
from sidecar.extproc.intake import Garbled
from sidecar.extproc.translate import DETAILS, VERIFIED, read, write


def _headers(*pairs: tuple[str, bytes]) -> pb.HttpHeaders:
    return pb.HttpHeaders(headers=pb.HeaderMap(headers=[pb.HeaderValue(key=k, raw_value=v) for k, v in pairs]))


def _trailers(*names: str) -> pb.HttpTrailers:
    return pb.HttpTrailers(trailers=pb.HeaderMap(headers=[pb.HeaderValue(key=name) for name in names]))


READS = [
    (pb.ProcessingRequest(request_body=pb.HttpBody(body=b"a", end_of_stream=True)), m.RequestBody(b"a", True)),
    (pb.ProcessingRequest(response_body=pb.HttpBody(body=b"")), m.ResponseBody(b"", False)),
    (pb.ProcessingRequest(request_trailers=_trailers("a", "b", "a")), m.RequestTrailers(("a", "b"))),
    (pb.ProcessingRequest(response_trailers=_trailers()), m.ResponseTrailers(())),
    (
        pb.ProcessingRequest(response_headers=_headers((":status", b"200"), ("x", b"\xff\xe9"))),
        m.ResponseHeaders(((":status", "200"), ("x", "ÿé")), False),
    ),
]


@pytest.mark.parametrize(("said", "expected"), READS)
def test_read(said: pb.ProcessingRequest, expected: m.Inbound) -> None:
    assert read(said.SerializeToString()) == expected


def test_request_headers_bring_claims_of_jwt_authn_and_of_nobody_else() -> None:
    said = pb.ProcessingRequest(request_headers=_headers((":method", b"GET")))
    said.protocol_config.request_body_mode = said.protocol_config.response_body_mode = 4
    said.metadata_context.filter_metadata[VERIFIED].update({"company": {"sub": "ada", "groups": ["a"], "n": None}})
    said.metadata_context.filter_metadata["somebody.else"].update({"company": {"sub": "eve"}})
    read_back = read(said.SerializeToString())
    assert isinstance(read_back, m.RequestHeaders)
    assert read_back.claims == {"company": {"sub": "ada", "groups": ("a",), "n": None}}
    assert read_back.duplex


@pytest.mark.parametrize("modes", [(0, 0), (4, 0), (0, 4), (1, 1), (2, 2)])
def test_other_body_modes_are_noticed(modes: tuple[int, int]) -> None:
    said = pb.ProcessingRequest(request_headers=_headers((":method", b"GET")))
    said.protocol_config.request_body_mode, said.protocol_config.response_body_mode = modes
    read_back = read(said.SerializeToString())
    assert isinstance(read_back, m.RequestHeaders)
    assert not read_back.duplex
    assert read_back.heads_alone is (modes == (0, 0))


def test_to_say_nothing_of_bodies_is_not_to_say_that_none_are_sent() -> None:
    read_back = read(pb.ProcessingRequest(request_headers=_headers((":method", b"GET"))).SerializeToString())
    assert isinstance(read_back, m.RequestHeaders)
    assert (read_back.duplex, read_back.heads_alone) == (False, False)


@pytest.mark.parametrize(
    ("note", "data"),
    [
        ("undecodable", b"\xff\xff"),
        ("nothing inside", b""),
        (
            "only observing",
            pb.ProcessingRequest(request_body=pb.HttpBody(), observability_mode=True).SerializeToString(),
        ),
    ],
)
def test_garbled(note: str, data: bytes) -> None:
    with pytest.raises(Garbled):
        read(data)


@given(st.binary(max_size=200))
@settings(max_examples=150)
def test_any_bytes_are_a_message_or_garbled(data: bytes) -> None:
    try:
        said = read(data)
    except Garbled:
        return
    assert isinstance(said, m.Inbound)


def _said(message: m.Outbound) -> pb.ProcessingResponse:
    return pb.ProcessingResponse.FromString(write(message))


def test_a_request_goes_with_its_route_chosen_anew() -> None:
    response = _said(m.PassRequest(m.Mutation(("a",), (("b", "é"),)))).request_headers.response
    assert response.clear_route_cache
    assert list(response.header_mutation.remove_headers) == ["a"]
    (option,) = response.header_mutation.set_headers
    assert (option.header.key, option.header.raw_value, option.append_action) == ("b", b"\xe9", 2)


def test_a_name_that_occurs_twice_is_set_once_and_then_added_to() -> None:
    options = _said(m.PassResponse(m.Mutation((), (("a", "1"), ("b", "2"), ("a", "3"))))).response_headers.response
    assert [o.append_action for o in options.header_mutation.set_headers] == [2, 2, 0]


@pytest.mark.parametrize(
    ("message", "field"), [(m.SendRequest(b"a", True), "request_body"), (m.SendResponse(b"a", True), "response_body")]
)
def test_bodies_are_streamed(message: m.Outbound, field: str) -> None:
    said = _said(message)
    assert said.WhichOneof("response") == field
    streamed = getattr(said, field).response.body_mutation.streamed_response
    assert (streamed.body, streamed.end_of_stream) == (b"a", True)


@pytest.mark.parametrize(
    ("message", "field"), [(m.EndRequest(("t",)), "request_trailers"), (m.EndResponse(()), "response_trailers")]
)
def test_trailers_are_taken_out(message: m.EndRequest | m.EndResponse, field: str) -> None:
    said = _said(message)
    assert said.WhichOneof("response") == field
    assert tuple(getattr(said, field).header_mutation.remove_headers) == message.remove


def test_an_immediate_answer_is_marked_as_ours() -> None:
    said = _said(m.Immediate(400, (("content-type", "application/json"),), b"{}")).immediate_response
    assert (said.status.code, said.body, said.details) == (400, b"{}", DETAILS)
    assert [h.header.key for h in said.headers.set_headers] == ["content-type"]

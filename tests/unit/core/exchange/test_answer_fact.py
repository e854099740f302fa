"""What is told of an answer that no model gave is told in the same words."""

from sidecar.core.exchange.answer_fact import type_of
from tests.unit.core.exchange.building import ask, gate, request
from tests.unit.core.exchange.mcp.speaking import call, exchanged, text


def test_the_same_fields_as_of_a_model() -> None:
    model = ask(gate(), request("hi")).answered({"type": "message", "content": []}).facts["answered"]
    server = exchanged(gate(), call(), text("hi")).facts["answered"]
    assert set(model) == set(server)
    assert {type(one) for one in (model["verdict"], model["seconds"])} == {str, float}


def test_a_type_without_what_follows() -> None:
    assert type_of((("content-type", "Text/Event-Stream; charset=utf-8"),)) == "text/event-stream"
    assert type_of(()) == ""

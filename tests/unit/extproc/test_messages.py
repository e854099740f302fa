"""What is said on a stream: values that give nothing away."""

from sidecar.extproc.messages import Mutation, PassRequest

KEY = "upstream-" + "key"


def test_a_mutation_shows_no_header_values() -> None:
    assert KEY not in repr(PassRequest(Mutation(("accept",), (("x-api-key", KEY),))))

"""A secret shows itself only when asked."""

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable

import pytest

from sidecar.credentials.secret import Secret

VALUE = "s3cr" + "et-value"


@dataclasses.dataclass
class Holder:
    secret: Secret


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        lambda secret: f"{secret:>40}",
        lambda secret: repr(Holder(secret)),
        lambda secret: repr({"k": [secret]}),
        lambda secret: str(ValueError(secret)),
        lambda secret: json.dumps({"k": secret}, default=str),
    ],
)
def test_no_text_form_holds_the_value(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(VALUE))
    assert VALUE not in shown
    assert "<secret>" in shown


@pytest.mark.parametrize(
    "carry", [pickle.dumps, copy.copy, copy.deepcopy, lambda s: dataclasses.asdict(Holder(s)), hash]
)
def test_it_cannot_be_carried_away(carry: Callable[[Secret], object]) -> None:
    with pytest.raises(TypeError):
        carry(Secret(VALUE))


def test_it_has_no_dict_to_look_into() -> None:
    assert not hasattr(Secret(VALUE), "__dict__")


def test_reveal_gives_it_and_equal_means_equal() -> None:
    assert Secret(VALUE).reveal() == VALUE
    assert Secret(VALUE) == Secret(VALUE)
    assert Secret(VALUE) != Secret("other")
    assert Secret(VALUE) != VALUE
    assert Secret("\udcff") != Secret("x")

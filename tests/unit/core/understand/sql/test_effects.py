"""What readers hand to each other."""

from sidecar.core.model.effect import Deed, Effect, Object, Thing
from sidecar.core.understand.sql.effects import Found, table


def test_what_is_computed_is_an_effect_and_a_sentence() -> None:
    found = Found()
    found.add(Effect.READS, "reads", *table("t"))
    found.compute("who knows")
    assert found.deeds == [
        Deed(Effect.READS, "reads", (Object(Thing.TABLE, "t"),)),
        Deed(Effect.UNKNOWN, "who knows"),
    ]
    assert found.computed == ["who knows"]


def test_no_name_is_no_table() -> None:
    assert table("") == ()

"""What was understood adds up over the tree."""

from sidecar.core.model.effect import Deed, Effect, Node, Object, Thing, Understood

PATH = Object(Thing.PATH, "/srv")


def test_effects_and_objects_of_the_whole_tree() -> None:
    leaf = Node("rm -rf /srv", (Deed(Effect.DESTROYS_DATA, "rm -rf /srv", (PATH,)),))
    whole = Understood(Node("list", (Deed(Effect.RUNS_CODE, "sh -c"),), (Node("subshell", (), (leaf,)),)))
    assert whole.effects == {Effect.RUNS_CODE, Effect.DESTROYS_DATA}
    assert whole.objects == {PATH}


def test_what_was_not_read_is_an_effect_of_its_own() -> None:
    assert Understood(Node("eval"), ("the text is computed",)).effects == {Effect.UNKNOWN}
    assert Understood(Node("true")).effects == frozenset()

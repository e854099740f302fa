"""What a shell knows after a program ran."""

from sidecar.core.understand.shell.call import HOLE, Call, Stream, Word
from sidecar.core.understand.shell.remember import remember
from sidecar.core.understand.shell.scope import Scope


def after(text: str, scope: Scope) -> set[str]:
    name, *args = text.split()
    changed: set[str] = set()
    remember(scope, Call(name, tuple(map(Word, args))), changed)
    return changed


def test_it_moves_from_where_it_stands() -> None:
    scope = Scope()
    after("cd a/b", scope)
    after("cd ../c", scope)
    assert scope.values["PWD"] == ((Word("a/c"),),)
    after("cd /srv", scope)
    assert scope.values["PWD"] == ((Word("/srv"),),)


def test_names_and_values() -> None:
    scope = Scope(files={"a": Stream("ls")})
    after("alias x=rm", scope)
    after("read line", scope)
    after("cp a b", scope)
    assert scope.aliases == {"x": "rm"}
    assert scope.values["line"] == ((Word(HOLE),),)
    assert scope.files["b"] == Stream("ls")


def test_a_name_that_means_another_program() -> None:
    assert "scanq" in after("hash -p ./x scanq", Scope())
    assert not after("ls scanq", Scope())

"""Programs that a policy describes, within a text. The labelled cases say most: `test_described_cases`."""

import pytest

from sidecar.core.model.described import DescribedProgram, Descriptions, Own
from sidecar.core.model.effect import Effect, Node, Object, Thing
from sidecar.core.understand.shell.read import shell

_SAID = {
    "acmectl": {Effect.READS},
    "acmectl delete": {Effect.DELETES, Effect.DESTROYS_DATA},
    "acmectl apply": {Effect.WRITES},
    "acmectl rm": {Effect.DELETES},
    "acmectl guess": {Effect.UNKNOWN},
    "scanq": set[Effect](),
    "./bin/deploy": {Effect.SPENDS},
    "git push": {Effect.SPENDS},
}


def _entry(key: str, effects: set[Effect]) -> DescribedProgram:
    name, *words = key.split()
    return DescribedProgram(name, tuple(words), frozenset(effects), f"policy mine, line {len(key)}")


def _by_name() -> dict[str, tuple[DescribedProgram, ...]]:
    entries = [_entry(*one) for one in _SAID.items()]
    last = {one.name.rpartition("/")[2] for one in entries}
    return {name: tuple(one for one in entries if one.name.rpartition("/")[2] == name) for name in last}


OWN = Own(((Descriptions(_by_name()),),))


@pytest.mark.parametrize(
    ("note", "text", "effects"),
    [
        ("as it stands", "acmectl frob", "reads"),
        ("longer words", "acmectl delete x", "deletes destroys_data"),
        ("no effect at all", "scanq -u ada", ""),
        ("an option before", "acmectl -v delete x", "reads deletes destroys_data"),
        ("said to be unknown", "acmectl guess x", "unknown"),
        (
            "computed, and longer ones may be meant",
            "acmectl $V",
            "reads deletes destroys_data writes unknown runs_code",
        ),
        ("a verb that is also a program", "acmectl rm x.txt", "deletes"),
        ("a known program does what it does and more", "git push origin main", "writes spends"),
        ("of a known program another word", "git status", "reads"),
        ("given to a shell", "bash bin/deploy", "runs_code spends"),
        ("given to Python", "python ./bin/deploy --now", "runs_code spends"),
        ("in another folder", "env -C /srv/x ./bin/deploy", "runs_code spends"),
        ("in the folder of what is found", "find . -name x -execdir ./bin/deploy {} ';'", "reads runs_code spends"),
        ("where the shell stands", "env A=1 ./bin/deploy", "spends"),
        ("a file that is written", "acmectl apply --out /etc/passwd", "writes destroys_data changes_access"),
        ("a file that is read", "acmectl apply --file /etc/hosts", "reads writes"),
        ("an address that is looked at", "acmectl frob https://x.example/a", "reads"),
        ("an address that is written to", "acmectl apply https://x.example/a", "writes leaves_machine"),
        ("help", "acmectl delete --help", ""),
        ("no help", "acmectl delete --force x --help", "deletes destroys_data"),
        ("a line as an argument", "scanq 'rm -rf /srv'", "destroys_data"),
        ("a sentence as an argument", "scanq 'find out why'", ""),
        ("written just now", "echo ls > ~/bin/scanq; scanq", "writes runs_code unknown"),
        ("looked up here", "PATH=. scanq -u ada", "runs_code unknown"),
        ("looked up where programs are", "PATH=~/bin:$PATH scanq -u ada", ""),
    ],
)
def test_what_it_does(note: str, text: str, effects: str) -> None:
    found = shell(text, OWN)
    got = {effect.value for effect in found.effects}
    assert got >= set(effects.split()) if "writes runs_code" in effects else got == set(effects.split()), found


def test_who_says_so_is_told() -> None:
    (deed,) = shell("echo hi && acmectl frob", OWN).deeds
    assert deed.why == "described by policy mine, line 7: acmectl frob"
    assert (deed.start, deed.end) == (11, 23)
    assert deed.objects == (Object(Thing.COMMAND, "acmectl"),)
    assert Node("described by policy mine, line 5: harmless") in shell("scanq", OWN).tree.children[0].children


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("PATH=. scanq -u ada", "looked up in ."),
        ("PATH=$X:$PATH scanq -u ada", "looked up in …"),
        ("cp x ~/bin/scanq; scanq -u ada", "~/bin/scanq was changed just now"),
        ("hash -p ./x scanq; scanq -u ada", "scanq was changed just now"),
        ("while true; do scanq; cp x ~/bin/scanq; done", "~/bin/scanq was changed just now"),
        ("mv x/* bin/ && bin/deploy", "bin/* was changed just now"),
        ("unzip -o x.zip && bin/deploy", ". was changed just now"),
        ("tar -xf x.tar; ./bin/deploy", ". was changed just now"),
        ("git clone https://x.example/bin; bin/deploy", "written just now"),
    ],
)
def test_why_it_is_not_the_one(text: str, why: str) -> None:
    assert any(why in words for words in shell(text, OWN).unread), shell(text, OWN).unread


@pytest.mark.parametrize("text", ["tar czf x.tgz src; bin/deploy", "cp x y; scanq", "echo a > b; bin/deploy"])
def test_it_is_the_one_after_something_else(text: str) -> None:
    assert not shell(text, OWN).unread


def test_words_that_are_not_described_say_how_they_would_be() -> None:
    own = Own(((Descriptions({"rollout": (_entry("rollout status", {Effect.READS}),)}),),))
    assert any("but not with these words; a policy can" in words for words in shell("rollout undo web", own).unread)
    assert not shell("rollout status web", own).unread
    assert not shell("rollout --help", own).unread


def test_without_descriptions_it_is_unknown_and_says_how_to_describe_it() -> None:
    (said,) = shell("scancel -u ada").unread
    assert "understand: {programs: {scancel: [writes]}}" in said

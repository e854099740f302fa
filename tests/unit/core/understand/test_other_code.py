"""Languages that are searched."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.other_code import in_other, wholesale


@pytest.mark.parametrize(
    ("code", "language", "scripts"),
    [
        ("system('rm x')", "ruby", ("rm x",)),
        ("`rm x`", "perl", ("rm x",)),
        ("qx(rm -rf /x)", "perl", ("rm -rf /x",)),
        ("%x{rm x}", "ruby", ("rm x",)),
        ("const a = `rm x`", "node", ()),
        ("puts 'rm x'", "ruby", ()),
    ],
)
def test_shell_text_in_code(code: str, language: str, scripts: tuple[str, ...]) -> None:
    assert in_other(code, language).scripts == scripts


def test_words_of_a_command() -> None:
    assert in_other("spawnSync('rm', ['-rf', '/x'])", "node").calls == (("rm", "-rf", "/x"),)
    assert in_other("fs.rmSync('/x', {recursive: true})", "node").calls == (("rm", "-rf", "/x"),)
    assert in_other("fs.unlinkSync('/x')", "node").calls == (("rm", "-f", "/x"),)


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("fetch(u, {method: 'POST'})", Effect.LEAVES_MACHINE),
        ("console.log(process.env)", Effect.READS_SECRET),
        ("puts ENV['API_KEY']", Effect.READS_SECRET),
        ("await prisma.user.deleteMany({})", Effect.DESTROYS_DATA),
        ("client.dropDatabase('x')", Effect.DESTROYS_DATA),
        ("unlink glob '*'", Effect.DESTROYS_DATA),
        ("read('/root/.ssh/id_rsa')", Effect.READS_SECRET),
    ],
)
def test_what_code_does_itself(code: str, effect: Effect) -> None:
    assert effect in {deed.effect for deed in in_other(code, "ruby").deeds}


def test_a_shell_of_another_grammar_is_unknown() -> None:
    assert in_other("Remove-Item x", "powershell").unread
    assert not in_other("Get-ChildItem", "powershell").unread
    assert not in_other("puts 1", "ruby").unread


def test_rows_that_go_all_at_once() -> None:
    assert wholesale("User.delete_all")
    assert not wholesale("user.delete()")

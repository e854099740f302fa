"""Python: what its calls do."""

import pytest

from sidecar.core.model.effect import Effect
from sidecar.core.understand.paths import HOLE
from sidecar.core.understand.python_code import in_python


@pytest.mark.parametrize(
    ("code", "calls"),
    [
        ("import subprocess as s; s.run(['rm', '-rf', x])", ("rm", "-rf", HOLE)),
        ("from shutil import rmtree as r; r('/srv')", ("rm", "-rf", "/srv")),
        ("import os; os.execlp('rm', 'rm', 'x')", ("rm", "x")),
        ("import os; os.execvp('rm', ['rm', 'x'])", ("rm", "x")),
        ("from pathlib import Path; Path('a').unlink()", ("rm", "-f", "a")),
        ("from pathlib import Path; Path('a').write_text('x')", ("tee", "a")),
        ("open('a', 'w')", ("tee", "a")),
        ("open('a', 'ab')", ("tee", "-a", "a")),
        ("import os; os.kill(-1, 9)", ("kill", "-9", "-1")),
        ("import os; os.chmod('a', 0o777)", ("chmod", "777", "a")),
    ],
)
def test_a_call_is_told_as_the_command_that_does_the_same(code: str, calls: tuple[str, ...]) -> None:
    found = in_python(code)
    assert found is not None
    assert found.calls == (calls,)


@pytest.mark.parametrize(
    ("code", "effect"),
    [
        ("import requests; requests.post('https://x.example')", Effect.LEAVES_MACHINE),
        ("s.connect(('x.example', 1))", Effect.LEAVES_MACHINE),
        ("import os; print(os.environ)", Effect.READS_SECRET),
        ("import os; print(os.getenv('API_KEY'))", Effect.READS_SECRET),
        ("import os; [os.remove(a) for a in b]", Effect.DESTROYS_DATA),
        ("import os; list(map(os.remove, names))", Effect.DESTROYS_DATA),
        ("import boto3; boto3.client('ec2').terminate_instances(InstanceIds=['i'])", Effect.DESTROYS_DATA),
        ("import redis; redis.Redis().flushall()", Effect.DESTROYS_DATA),
        ("frame.to_csv('s3://x/y.csv')", Effect.LEAVES_MACHINE),
        ("from x import Client; c = Client(); c.bucket('b').delete()", Effect.DESTROYS_DATA),
        ("User.objects.all().delete()", Effect.DESTROYS_DATA),
    ],
)
def test_what_code_does_itself(code: str, effect: Effect) -> None:
    found = in_python(code)
    assert found is not None
    assert effect in {deed.effect for deed in found.deeds}


def test_one_variable_that_is_no_secret_may_be_shown() -> None:
    found = in_python("import os; print(os.environ['PATH'], os.getenv('HOME'))")
    assert found is not None
    assert Effect.READS_SECRET not in {deed.effect for deed in found.deeds}


@pytest.mark.parametrize(
    "code",
    [
        "exec(x)",
        "os.system(x)",
        "import ctypes; ctypes.CDLL(None)",
        "getattr(os, b)()",
        "f = getattr(os, b)\nf('x')",
        "vars(os)[a]('x')",
        "os.__dict__[a]('x')",
    ],
)
def test_what_is_computed_is_unknown(code: str) -> None:
    found = in_python("import os\n" + code)
    assert found is not None
    assert found.unread


@pytest.mark.parametrize(
    "code",
    ["import os\nf = getattr(os, 'sys' + 'tem')\nf('ls')", "import os\na = os\na.system('ls')"],
)
def test_another_name_for_the_same(code: str) -> None:
    found = in_python(code)
    assert found is not None
    assert found.scripts == ("ls",)


def test_sql_that_stands_there_is_found() -> None:
    found = in_python("db.execute('DROP TABLE ' + 'users')")
    assert found is not None
    assert found.statements == ("DROP TABLE users",)


def test_another_language_is_not_python() -> None:
    assert in_python("const a = 1") is None


@pytest.mark.parametrize(
    ("code", "scripts", "unread"),
    [
        ("get_ipython().system('id')", ("id",), 0),
        ("get_ipython().run_line_magic('sx', 'id')", ("id",), 0),
        ("get_ipython().run_cell(x)", (), 1),
        ("c.exec_command('id')", ("id",), 0),
        ("c.exec_command(x)", (), 1),
        ("map(eval, lines)", (), 1),
        ("!id", ("id",), 0),
    ],
)
def test_shells_behind_other_names(code: str, scripts: tuple[str, ...], unread: int) -> None:
    found = in_python(code)
    assert found is not None
    assert (found.scripts, len(found.unread)) == (scripts, unread)


@pytest.mark.parametrize(
    "code",
    [
        "import pandas; pandas.read_csv('a').drop(columns=['b']).drop_duplicates()",
        "client.items.remove(1); client.get('x')",
        "import numpy; numpy.arange(3).delete()",
        "def delete(x): pass\ndelete(3)",
        "db_frame.dropna()",
    ],
)
def test_what_only_changes_values(code: str) -> None:
    found = in_python(code)
    assert found is not None
    assert not found.deeds


@pytest.mark.parametrize(
    "code", ["sql = 'DROP TABLE t'; c.execute(sql)", "c.execute('DROP TABLE t')", "c.execute(f'DROP TABLE {t}')"]
)
def test_sql_is_followed_to_its_text(code: str) -> None:
    found = in_python(code)
    assert found is not None
    assert [one[:10] for one in found.statements] == ["DROP TABLE"]

"""The house rules: each notices what it is there for, and lets good code be."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def imported(path: Path) -> ModuleType:
    """The script as a module, whatever else is called `tests` on this machine."""
    spec = importlib.util.spec_from_file_location("gatehouse_house", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


house = imported(ROOT / "tests" / "house.py")

CONTRACTS = """
[importlinter:contract:layers]
layers =
    sidecar.cli
    (sidecar.extproc) | (sidecar.record)
    sidecar.settings
    sidecar.core
[importlinter:contract:core]
layers =
    exchange
    (wire) | (mask)
    errors
"""
GOOD = {
    ".importlinter": CONTRACTS,
    "sidecar/__init__.py": '"""The package."""\n',
    "sidecar/core/wire/json.py": '"""Reads JSON."""\n\nimport json  # os.environ, yaml.safe_load\n',
    "tests/unit/core/wire/test_json.py": "import asyncio\n\nawait_nothing = asyncio.sleep(0)\n",
    "sidecar/settings/environment.py": '"""Reads."""\n\nimport os\n\nENV = os.environ\n',
    "tests/unit/settings/test_environment.py": "",
    "sidecar/record/table.py": '"""Stores."""\n\nimport clickhouse_connect\nimport sqlite3\n',
    "tests/unit/record/test_table.py": "",
    "sidecar/cli/envoy.py": '"""Prints YAML."""\n\nimport yaml\n\nTEXT = yaml.safe_dump({})\n',
    "tests/unit/cli/test_envoy.py": "",
    "sidecar/extproc/gen/ext_proc_pb2.py": "x = 1\n" * 1_000,
    "tests/envoy/test_real.py": "import time\n\ntime.sleep(1)\n",
    "tests/limits.py": "', '.join(a)\nb.join(5)\nsubprocess.run(c, timeout=5)\nasyncio.wait_for(d.wait(), 5)\n"
    "async def e():\n    await f.wait()\n",
}


def test_a_good_tree_has_no_complaints() -> None:
    assert house.complaints(GOOD) == []


CODE = '"""A file."""\n\n'
MODULE = "sidecar/core/wire/json.py"
TEST = "tests/unit/core/wire/test_json.py"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (MODULE, CODE + "x = 1\n" * 299, f"{MODULE}: 301 lines; 300 are the most"),
        (TEST, "x = 1\n" * 301, f"{TEST}: 301 lines"),
        ("bench/scan.py", "x = 1\n" * 301, "bench/scan.py: 301 lines"),
        (
            "sidecar/core/wire/sse.py",
            CODE + "def read() -> None: ...\n",
            "sidecar/core/wire/sse.py: has no test file tests/unit",
        ),
        ("tests/unit/core/utils.py", "", "tests/unit/core/utils.py: 'utils' says nothing"),
        ("sidecar/common/__init__.py", CODE, "sidecar/common/__init__.py: 'common' says nothing"),
        ("sidecar/core/wire/__init__.py", CODE + "from a import b\n", "sidecar/core/wire/__init__.py: a package's"),
        ("sidecar/core/wire/__init__.py", "", "sidecar/core/wire/__init__.py: a package's"),
        ("tests/unit/__init__.py", CODE, "tests/unit/__init__.py: tests are imported by path"),
        (MODULE, "import json\n", f"{MODULE}: the first line says"),
        (MODULE, CODE + "import os\n\nX = os.environ['A']\n", f"{MODULE}:5: os.environ: settings alone"),
        (MODULE, CODE + "import os as o\n\nX = o.getenv('A')\n", f"{MODULE}:5: os.getenv: settings alone"),
        (MODULE, CODE + "from os import environ as e\n", f"{MODULE}:3: os.environ: settings alone"),
        (
            MODULE,
            CODE + "def f():\n    import os\n    return os.environ.get('A')\n",
            f"{MODULE}:5: os.environ.get: settings",
        ),
        (MODULE, CODE + "import clickhouse_connect.driver\n", f"{MODULE}:3: clickhouse_connect.driver: the database"),
        (MODULE, CODE + "from chdb import session\n", f"{MODULE}:3: chdb.session: the database"),
        (MODULE, CODE + "import sqlite3\n", f"{MODULE}:3: sqlite3: SQLite belongs"),
        (MODULE, CODE + "import yaml\n\nX = yaml.safe_load('')\n", f"{MODULE}:5: yaml.safe_load: YAML is read"),
        (MODULE, CODE + "from yaml import compose\n", f"{MODULE}:3: yaml.compose: YAML is read"),
        (TEST, "from unittest import mock\n", f"{TEST}:1: unittest.mock: unit tests use real objects"),
        (TEST, "import time\n\ntime.sleep(1)\n", f"{TEST}:3: time.sleep: unit tests"),
        (TEST, "import asyncio\n\nasyncio.sleep(0.1)\n", f"{TEST}:3: asyncio.sleep: unit tests"),
        (TEST, "import pytest\n\n@pytest.mark.skip\ndef f(): ...\n", f"{TEST}:3: pytest.mark.skip: a test that"),
        (
            "tests/envoy/test_real.py",
            "import pytest\n\npytest.skip('no')\n",
            "tests/envoy/test_real.py:3: pytest.skip: a test",
        ),
        (TEST, "thread.join()\n", f"{TEST}:1: join waits without a limit"),
        (TEST, "process.wait()\n", f"{TEST}:1: wait waits without a limit"),
        (TEST, "import subprocess\n\nsubprocess.run(['x'], check=True)\n", f"{TEST}:3: subprocess.run waits"),
        (
            "README.md",
            "pip install --index-" + "url https://x.example\n",
            "README.md:1: names a path or a package registry",
        ),
        (
            "Makefile",
            "pip download https://x.example/pypi/" + "simple/\n",
            "Makefile:1: names a path or a package registry",
        ),
    ],
)
def test_a_rule_that_is_broken_is_named(name: str, text: str, said: str) -> None:
    complaints = house.complaints({**GOOD, name: text})
    assert any(one.startswith(said) for one in complaints), complaints


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sidecar/newcomer/file.py", "sidecar/newcomer: nobody placed it"),
        ("sidecar/newcomer.py", "sidecar/newcomer: nobody placed it"),
        ("sidecar/core/newcomer/file.py", "sidecar/core/newcomer: nobody placed it"),
    ],
)
def test_a_module_that_nobody_placed(name: str, said: str) -> None:
    assert [one for one in house.complaints({**GOOD, name: CODE}) if "placed" in one] == [
        f"{said} in the layers of .importlinter"
    ]


def test_a_path_of_this_machine() -> None:
    inside = str(Path("/home/someone/clones/gate"))
    words = house._of_this_machine(Path(inside), {"PIP_FIND_LINKS": "/mnt/wheels"})
    assert words == ("/home/someone/clones/gate/", "/home/someone/clones/", "/mnt/wheels")
    assert house._of_this_machine(Path("/src"), {}) == ()


def test_a_file_that_is_no_python_is_left_to_others() -> None:
    assert house.complaints({**GOOD, TEST: "def ("}) == []


def test_what_is_committed_is_read_and_what_is_binary_is_not() -> None:
    tree = house.committed(ROOT)
    assert tree["tests/house.py"] == (ROOT / "tests" / "house.py").read_text()
    assert not any(name.startswith(".venv/") for name in tree)

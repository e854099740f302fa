"""What the chart renders is what was last looked at."""

import pytest

from tests.k8s.golden import GOLDEN, golden, path_of
from tests.k8s.rig import SETS


@pytest.mark.parametrize("name", SETS)
def test_nothing_changed_unseen(name: str) -> None:
    assert golden(name) == path_of(name).read_text(), "meant? then: .venv/bin/python -m tests.k8s.golden"


def test_every_golden_file_has_its_values() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.yaml")) == list(SETS)

"""What goes wrong at the database is one sentence of the operator's."""

import pytest

from sidecar.cli.asking import asking
from sidecar.core.errors import ConfigurationError
from sidecar.record.clickhouse.place import Trouble


def test_trouble_is_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match=r"record\.clickhouse: it is away"), asking():
        raise Trouble("it is away")


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(ZeroDivisionError), asking():
        raise ZeroDivisionError

"""Questions to the record's database, on the command line: what goes wrong there is one sentence, and exit code 2."""

from collections.abc import Iterator
from contextlib import contextmanager

from sidecar.core.errors import ConfigurationError
from sidecar.record.clickhouse.place import Trouble


@contextmanager
def asking() -> Iterator[None]:
    try:
        yield
    except Trouble as trouble:
        raise ConfigurationError.single("record.clickhouse", str(trouble)) from trouble

"""The saved questions: one file each, SQL under a header that says what it asks and which controls it serves.

-- title: Denials and why
-- question: What was stopped, and by which rule?
-- control: SOC 2 CC7.2; GDPR Art. 32
-- chart: rule denials         (the column of the names, and the column of the numbers)
-- expect: empty               (a row is a finding)
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from sidecar.core.errors import ConfigurationError

PACKAGE = "sidecar.record.reports"
HEADER = re.compile(r"^-- (title|question|control|chart|expect): (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Saved:
    name: str
    title: str
    question: str
    controls: Sequence[str]
    sql: str
    chart: tuple[str, str] | None = None
    expect_empty: bool = False


def reports() -> list[Saved]:
    """By name."""
    folder = files(PACKAGE).joinpath("questions")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [read(name.removesuffix(".sql"), folder.joinpath(name).read_text("utf-8")) for name in names]


def report(name: str) -> Saved:
    known = reports()
    for one in known:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in known)
    raise ConfigurationError.single("audit report", f"there is no report {name!r}; there are {names}")


def read(name: str, text: str) -> Saved:
    """A file of one's own may do without a header."""
    said = dict(HEADER.findall(text))
    names, _, numbers = said.get("chart", "").partition(" ")
    return Saved(
        name,
        said.get("title", name),
        said.get("question", ""),
        tuple(one.strip() for one in said.get("control", "").split(";") if one.strip()),
        text.strip().rstrip(";"),
        (names, numbers) if numbers else None,
        said.get("expect") == "empty",
    )

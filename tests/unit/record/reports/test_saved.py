"""The saved questions, and their headers."""

import re

import pytest

from sidecar.core.errors import ConfigurationError
from sidecar.record.reports.saved import read, report, reports

FRAMEWORKS = (
    "SOC 2 CC6",
    "SOC 2 CC7",
    "ISO 27001 A.8",
    "GDPR Art. 30",
    "GDPR Art. 32",
    "EU AI Act Art. 12",
    "HIPAA 164.312",
)


@pytest.mark.parametrize("name", [one.name for one in reports()])
def test_each_says_what_it_asks_and_why(name: str) -> None:
    one = report(name)
    assert one.title != name
    assert one.question.endswith("?")
    assert one.controls
    assert re.findall(r"\{(\w+):", one.sql)
    assert {"begin", "until", "team"} == set(re.findall(r"\{(\w+):", one.sql))
    if one.chart:
        assert all(re.search(rf"\b{column}\b", one.sql) for column in one.chart)


def test_every_framework_is_served() -> None:
    served = " ".join(control for one in reports() for control in one.controls)
    short = served.replace(", CC", " SOC 2 CC").replace(", A.8", " ISO 27001 A.8")
    assert [name for name in FRAMEWORKS if name not in short] == []


def test_only_what_must_not_happen_has_to_be_empty() -> None:
    assert [one.name for one in reports() if one.expect_empty] == ["unapproved"]


def test_a_name_that_nobody_knows() -> None:
    with pytest.raises(ConfigurationError, match="there are access, "):
        report("acess")


def test_a_file_without_a_header() -> None:
    one = read("mine", "SELECT 1;\n")
    assert (one.title, one.sql, one.controls, one.chart) == ("mine", "SELECT 1", (), None)

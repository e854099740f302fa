"""The engine's words as ClickHouse's."""

import pytest

from sidecar.record.local.failure import Failure, heard

SAID = [
    (
        "Code: 60. DB::Exception: Unknown table expression identifier 'nope'. In scope SELECT. (UNKNOWN_TABLE)",
        (60, "UNKNOWN_TABLE", 404),
        "Unknown table expression identifier 'nope'. In scope SELECT.",
    ),
    (
        "Streaming insert finish failed: Code: 27. DB::Exception: Cannot parse input: (at row 2)\n"
        ": While executing Values. (CANNOT_PARSE_INPUT_ASSERTION_FAILED) (version 26.9.2.1)",
        (27, "CANNOT_PARSE_INPUT_ASSERTION_FAILED", 400),
        "Cannot parse input: (at row 2)\n: While executing Values.",
    ),
    (
        "Code: 73. DB::Exception: Code: 73. DB::Exception: Unknown format Nope. Maybe you meant: ['One']. "
        "(UNKNOWN_FORMAT) (version 26.9.2.1). (UNKNOWN_FORMAT) (version 26.9.2.1)",
        (73, "UNKNOWN_FORMAT", 404),
        "Unknown format Nope. Maybe you meant: ['One'].",
    ),
    (
        "Code: 107. DB::Exception: Code: 107. DB::ErrnoException: Cannot open file /x: , errno: 2. (FILE_DOESNT_EXIST)",
        (107, "FILE_DOESNT_EXIST", 500),
        "Cannot open file /x: , errno: 2.",
    ),
    ("Substitution failed", (1001, "STD_EXCEPTION", 500), "Substitution failed"),
]


@pytest.mark.parametrize(("said", "numbers", "message"), SAID)
def test_number_name_and_sentence(said: str, numbers: tuple[int, str, int], message: str) -> None:
    failure = heard(RuntimeError(said))
    assert (failure.code, failure.name, failure.status) == numbers
    assert failure.message == message


def test_the_text_is_what_clients_look_for() -> None:
    text = heard(RuntimeError("Code: 62. DB::Exception: Syntax error. (SYNTAX_ERROR)")).text("26.9.2.1")
    assert text == "Code: 62. DB::Exception: Syntax error. (SYNTAX_ERROR) (version 26.9.2.1 (chDB))\n"


def test_a_failure_of_our_own_stays_itself() -> None:
    failure = Failure(373, "SESSION_IS_LOCKED", "locked")
    assert heard(failure) is failure
    assert failure.status == 500


@pytest.mark.parametrize(
    ("code", "status"), [(62, 400), (497, 403), (81, 404), (159, 408), (307, 413), (48, 501), (1, 500)]
)
def test_status_by_code(code: int, status: int) -> None:
    assert Failure(code, "", "").status == status


def test_quoted_bytes_that_are_no_text() -> None:
    said = b"Code: 27. DB::Exception: Cannot parse \xff here. (X)"
    try:
        said.decode()
    except UnicodeDecodeError as error:
        failure = heard(error)
    assert (failure.code, failure.message) == (27, "Cannot parse \ufffd here.")

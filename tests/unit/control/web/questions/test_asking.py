"""Why the record cannot be asked."""

from sidecar.control.web.questions.asking import Away


def test_away_says_whether_anything_was_configured() -> None:
    assert (str(Away("why")), Away("why").configured, Away("why", False).configured) == ("why", True, False)

from sidecar.control.tokens.refusal import Error, TokenRefused


def test_it_says_why_and_in_which_code() -> None:
    refused = TokenRefused("No.", Error.INVALID_TARGET, status=403, source="okta")
    assert (str(refused), refused.error, refused.status, refused.source) == ("No.", "invalid_target", 403, "okta")
    assert TokenRefused("No.").error is Error.INVALID_REQUEST

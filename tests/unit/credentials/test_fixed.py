"""A credential that stands somewhere. What is said when it does not: see `test_vault`."""

from sidecar.credentials.fixed import FixedCredential
from sidecar.credentials.source import FromEnvironment


async def test_it_is_at_hand_and_nothing_changes_it() -> None:
    fixed = FixedCredential("shop", ("x-api-key", "Key "), FromEnvironment("K", {"K": "k"}))
    expected = (("x-api-key", "Key k"),)
    assert fixed.headers(None) == await fixed.fetch("anybody's") == expected
    fixed.rejected(None, expected)
    assert fixed.headers(None) == expected
    assert fixed.ages() is None
    await fixed.close()

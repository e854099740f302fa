import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from sidecar.control.tokens.keyset import MOST_KEYS, fitting, read_keys
from tests.unit.control.tokens.rig import Signer

EC, RSA, ED = Signer("ec"), Signer("rsa", "RS256"), Signer("ed", "EdDSA")


@pytest.mark.parametrize("signer", [EC, RSA, ED, Signer("384", "ES384")], ids=lambda one: one.name)
def test_each_kind(signer: Signer) -> None:
    (key,) = read_keys({"keys": [signer.public()]})
    assert (key.id, key.algorithms) == (signer.name, (signer.algorithm,))


def short() -> dict[str, object]:
    weak = Signer("weak", "RS256")
    weak.key = rsa.generate_private_key(65537, 1024)  # noqa: S505  (what must be passed over)
    return weak.public()


@pytest.mark.parametrize(
    ("document", "note"),
    [
        (None, "nothing"),
        ([], "a list"),
        ({"keys": "abc"}, "a text"),
        ({"keys": [None, 1, "x", {}]}, "what is no key"),
        ({"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]}, "a shared secret"),
        ({"keys": [{**EC.public(), "use": "enc"}]}, "a key for encryption"),
        ({"keys": [{**EC.public(), "alg": "HS256"}]}, "an algorithm of another kind"),
        ({"keys": [{**RSA.public(), "alg": "none"}]}, "no algorithm at all"),
        ({"keys": [{**EC.public(), "x": "AAAA"}]}, "a point that is not on the curve"),
        ({"keys": [{**EC.public(), "crv": "secp256k1"}]}, "a curve that nobody needs"),
        ({"keys": [{**EC.public(), "d": "AAAA"}]}, "a private key: whoever published it, others have it"),
        ({"keys": [short()]}, "too short"),
    ],
)
def test_what_is_passed_over(document: object, note: str) -> None:
    assert read_keys(document) == (), note


def test_a_bad_key_does_not_hide_a_good_one_and_a_flood_is_cut() -> None:
    assert len(read_keys({"keys": [{"kty": "oct"}, EC.public()]})) == 1
    assert len(read_keys({"keys": [EC.public()] * (MOST_KEYS + 50)})) == MOST_KEYS


@pytest.mark.parametrize(
    ("name", "algorithm", "found", "note"),
    [
        ("ec", "ES256", ["ec"], "named"),
        (None, "ES256", ["ec"], "not named: all of the kind"),
        ("rsa", "ES256", [], "a key of another kind"),
        ("other", "ES256", [], "a name that is not there"),
        (None, "HS256", [], "a shared secret fits nothing"),
        (None, "none", [], "nothing fits nothing"),
    ],
)
def test_fitting(name: str | None, algorithm: str, found: list[str], note: str) -> None:
    keys = read_keys({"keys": [EC.public(), RSA.public()]})
    assert [key.id for key in fitting(keys, name, algorithm)] == found, note


def test_a_key_that_names_no_algorithm_has_those_of_its_kind() -> None:
    fields = RSA.public()
    del fields["alg"]
    (key,) = read_keys({"keys": [fields]})
    assert "RS256" in key.algorithms
    assert "PS512" in key.algorithms

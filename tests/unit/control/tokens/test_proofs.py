from dataclasses import replace
from pathlib import Path

import pytest

from sidecar.control.tokens.proofs import SAML2, TYPE, Proofs
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.core.errors import ConfigurationError
from tests.unit.control.tokens.assertions import Provider, Shape, posted, source
from tests.unit.control.tokens.rig import OKTA, Clock, Signer, claims, web

PARTNER = replace(OKTA, name="partner", issuer="https://partner.example.com")


async def test_each_provider_by_its_own_keys(signer: Signer, clock: Clock) -> None:
    proofs = Proofs((OKTA, PARTNER), web(signer), clock)
    assert (await proofs.prove(signer.sign(claims()), f"{TYPE}jwt")).source == "okta"
    with pytest.raises(TokenRefused, match="cannot be fetched"):  # the other one's discovery says it is Okta
        await proofs.prove(signer.sign(claims(iss=PARTNER.issuer)), f"{TYPE}jwt")
    with pytest.raises(TokenRefused, match="No provider"):
        await proofs.prove(signer.sign(claims(iss="https://nobody.example")), f"{TYPE}jwt")


async def test_assertions(tmp_path: Path, clock: Clock) -> None:
    idp = Provider()
    proofs = Proofs((OKTA, source(tmp_path, idp)), web(), clock)
    assert (await proofs.prove(posted(idp.signed_assertion()), SAML2)).source == "adfs"
    with pytest.raises(TokenRefused, match="No provider"):
        await proofs.prove(posted(idp.signed_assertion(Shape(issuer="https://nobody.example"))), SAML2)


def test_the_one_of_a_name(clock: Clock) -> None:
    assert Proofs((PARTNER, OKTA), web(), clock).oidc("okta").source == OKTA


def test_what_is_no_certificate_is_said_at_the_start(tmp_path: Path, clock: Clock) -> None:
    one = source(tmp_path, Provider())
    one.certificates[0].write_text("not a certificate")
    with pytest.raises(ConfigurationError, match="no certificate"):
        Proofs((one,), web(), clock)
    one.certificates[0].unlink()
    with pytest.raises(ConfigurationError, match="no certificate"):
        Proofs((one,), web(), clock)

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from sidecar.control.tokens.assertion import Assertion, read
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.signed import LEEWAY
from sidecar.settings.tokens import Source, SourceKind
from tests.unit.control.tokens.assertions import ISSUER, RECIPIENT, Shape, assertion, response
from tests.unit.control.tokens.rig import NOW

SOURCE = Source(
    "adfs", SourceKind.SAML, ISSUER, ("gatehouse",), "NameID", certificates=(Path("x"),), recipient=RECIPIENT
)
USUAL = Shape()


def of(shape: Shape) -> Assertion:
    return read(etree.fromstring(response(shape, assertion(shape))), SOURCE, NOW)


def test_what_it_says() -> None:
    said = of(replace(USUAL, session_until=3600))
    assert (said.id, said.name, said.attributes) == ("_a1", "ada@acme.com", {"groups": ("eng", "sre")})
    assert (said.issued, said.until, said.session_until) == (NOW - 10, NOW + 300 + LEEWAY, NOW + 3600)
    assert said.claims() == {"groups": ("eng", "sre"), "NameID": "ada@acme.com"}


def test_an_attribute_cannot_be_the_name() -> None:
    text = assertion(USUAL).replace('Name="groups"', 'Name="NameID"')
    assert read(etree.fromstring(text), SOURCE, NOW).claims()["NameID"] == "ada@acme.com"


@pytest.mark.parametrize(
    ("shape", "note"),
    [
        (USUAL, "as usual"),
        (replace(USUAL, ends=-LEEWAY + 1, confirmed_until=-LEEWAY + 1), "a clock that is a little late"),
        (replace(USUAL, issued=LEEWAY, begins=LEEWAY), "a clock that is a little early"),
        (replace(USUAL, recipient=RECIPIENT + "/"), "a slash at the end"),
        (replace(USUAL, groups=()), "no groups"),
    ],
)
def test_what_holds(shape: Shape, note: str) -> None:
    assert of(shape).name == "ada@acme.com", note


NO_AUDIENCE = ""
TWO_RESTRICTIONS = "".join(
    f"<saml:AudienceRestriction><saml:Audience>{one}</saml:Audience></saml:AudienceRestriction>"
    for one in ("gatehouse", "other")
)


@pytest.mark.parametrize(
    ("shape", "sentence", "note"),
    [
        (replace(USUAL, issuer="https://evil.example"), "issuer", "another issuer"),
        (replace(USUAL, audience="other"), "another audience", "another audience"),
        (replace(USUAL, audiences=NO_AUDIENCE), "names no audience", "no audience"),
        (replace(USUAL, audiences=TWO_RESTRICTIONS), "another audience", "each restriction must hold"),
        (replace(USUAL, recipient="https://evil.example"), "another recipient", "made for somebody else"),
        (replace(USUAL, recipient=""), "another recipient", "made for nobody"),
        (replace(USUAL, destination="https://evil.example"), "another destination", "sent elsewhere"),
        (replace(USUAL, begins=300), "does not hold yet", "a clock five minutes ahead"),
        (replace(USUAL, issued=300), "from the future", "a clock five minutes ahead"),
        (replace(USUAL, ends=-300), "has expired", "a clock five minutes behind"),
        (replace(USUAL, confirmed_until=-300), "has expired", "its confirmation is over"),
        (replace(USUAL, confirmed_until=None), "never ends", "its confirmation never ends"),
        (replace(USUAL, confirmed_until=90000, ends=90000), "more than a day", "a password"),
        (replace(USUAL, confirmed_from=300), "does not hold yet", "its confirmation has not begun"),
        (replace(USUAL, session_until=-300), "has expired", "the session is over"),
        (replace(USUAL, method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"), "bears it", "not for a bearer"),
        (replace(USUAL, status="urn:oasis:names:tc:SAML:2.0:status:Responder"), "did not succeed", "a failure"),
        (replace(USUAL, version="1.1"), "SAML 2.0", "an old version"),
        (replace(USUAL, statement=False), "anybody signed in", "attributes without a sign-in"),
        (replace(USUAL, extra="<saml:Conditions/>"), "one Conditions", "two sets of conditions"),
        (replace(USUAL, extra="<saml:Subject/>"), "one Subject", "two subjects"),
    ],
)
def test_what_does_not_hold(shape: Shape, sentence: str, note: str) -> None:
    with pytest.raises(TokenRefused, match=sentence):
        of(shape)


@pytest.mark.parametrize("written", ["soon", "2030-01-01T00:00:00", "2030-01-01T00:00:00+02:00", "", "Z"])
def test_times_that_are_none(written: str) -> None:
    text = assertion(USUAL).replace(f'NotOnOrAfter="{_end()}"', f'NotOnOrAfter="{written}"')
    with pytest.raises(TokenRefused, match="is not a time"):
        read(etree.fromstring(text), SOURCE, NOW)


def _end() -> str:
    from tests.unit.control.tokens.assertions import instant

    return instant(300)


def test_children_of_a_name_are_part_of_it() -> None:
    text = assertion(USUAL).replace("ada@acme.com", "ada@acme.com<saml:X>.evil</saml:X>")
    assert read(etree.fromstring(text), SOURCE, NOW).name == "ada@acme.com.evil"

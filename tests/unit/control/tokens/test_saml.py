import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from lxml import etree

from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.saml import LARGEST, Saml, parsed, unproved_issuer
from tests.unit.control.tokens.assertions import Provider, Shape, posted, source
from tests.unit.control.tokens.rig import NOW, Clock
from tests.unit.control.tokens.wrapping import ATTACKS, Attack


@pytest.fixture(scope="module")
def idp() -> Provider:
    return Provider()


@pytest.fixture
def saml(idp: Provider, tmp_path: Path) -> Saml:
    return Saml(source(tmp_path, idp), (idp.certificate,), Clock())


def prove(saml: Saml, root: Any, change: Callable[[str], str] = lambda text: text) -> Proven:
    return saml.prove(parsed(posted(root, change)))


@pytest.mark.parametrize("make", [Provider.signed_assertion, Provider.signed_response, Provider.bare])
def test_signed(saml: Saml, idp: Provider, make: Callable[[Provider], Any]) -> None:
    proven = prove(saml, make(idp))
    assert (proven.subject, proven.groups, proven.source) == ("ada@acme.com", ("eng", "sre"), "adfs")
    assert (proven.token, proven.once, proven.issued, proven.expires) == ("_a1", True, NOW - 10, NOW + 360)


def test_both_are_signed(saml: Saml, idp: Provider) -> None:
    root = idp.signed_assertion()
    assert prove(saml, idp.sign(root, root)).subject == "ada@acme.com"


@pytest.mark.parametrize("method", ["RSA_SHA384", "RSA_SHA512"])
def test_other_signatures(saml: Saml, idp: Provider, method: str) -> None:
    how = {"method": getattr(xmlsec.Transform, method), "digest": xmlsec.Transform.SHA512}
    assert prove(saml, idp.signed_assertion(**how)).subject == "ada@acme.com"


def test_a_certificate_that_comes_and_one_that_goes(saml: Saml, idp: Provider, tmp_path: Path) -> None:
    after = Provider()
    both = Saml(saml.source, (idp.certificate, after.certificate), Clock())
    assert prove(both, after.signed_assertion()).subject == prove(both, idp.signed_assertion()).subject


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.__name__)
def test_attacks(saml: Saml, idp: Provider, attack: Attack) -> None:
    with pytest.raises(TokenRefused) as caught:
        prove(saml, attack(idp))
    assert caught.value.source == "adfs"


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("ada@acme.com.evil", "ada@acme.com<!-- -->.evil", "a comment in the name"),
        ("ada@acme.com.evil", "ada@acme.com<?pi?>.evil", "an instruction in the name"),
    ],
)
def test_what_cuts_a_name_in_two_cuts_nothing(saml: Saml, idp: Provider, old: str, new: str, note: str) -> None:
    root = idp.signed_assertion(Shape(name=old))
    try:
        subject = prove(saml, root, lambda text: text.replace(old, new)).subject
    except TokenRefused:
        return  # the signature covers it: that is fine too
    assert subject == old, note


def test_a_comment_leaves_the_whole_name(saml: Saml, idp: Provider) -> None:
    """The signature does not see comments, so this one verifies: the name must be the whole one."""
    root = idp.signed_assertion(Shape(name="ada@acme.com.evil"))
    said = prove(saml, root, lambda text: text.replace("ada@acme.com.evil", "ada@acme.com<!--x-->.evil"))
    assert said.subject == "ada@acme.com.evil"


@pytest.mark.parametrize(
    ("prologue", "note"),
    [
        ('<!DOCTYPE r [<!ENTITY e "root">]>', "an entity"),
        ('<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">', "a type from elsewhere"),
        ("<!DOCTYPE r [<!ATTLIST saml:Assertion ID ID #IMPLIED>]>", "a type that names names"),
    ],
)
def test_document_types(saml: Saml, idp: Provider, prologue: str, note: str) -> None:
    with pytest.raises(TokenRefused):
        prove(saml, idp.signed_assertion(), lambda text: prologue + text)


def test_a_file_is_never_read(saml: Saml, idp: Provider, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("root@acme.com")
    entity = f'<!DOCTYPE r [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>'
    root = parsed(posted(idp.signed_assertion(), lambda text: entity + text.replace("ada@acme.com", "&e;")))
    assert "root@acme.com" not in "".join(root.itertext())
    with pytest.raises(TokenRefused):
        saml.prove(root)


@pytest.mark.parametrize(
    "text", ["", "!!!", "YWJj", "PGE+", "A" * (LARGEST + 1)], ids=["empty", "no base64", "no xml", "half", "huge"]
)
def test_what_is_no_assertion(text: str) -> None:
    with pytest.raises(TokenRefused):
        parsed(text)


def test_some_other_document(saml: Saml) -> None:
    with pytest.raises(TokenRefused, match="neither"):
        saml.prove(etree.fromstring("<a/>"))


def test_url_safe_and_broken_lines_are_read_too(saml: Saml, idp: Provider) -> None:
    text = posted(idp.signed_assertion())
    lines = "\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    assert saml.prove(parsed(lines)).subject == "ada@acme.com"
    assert saml.prove(parsed(text.replace("+", "-").replace("/", "_").rstrip("="))).subject == "ada@acme.com"


def test_who_says_he_made_it(idp: Provider) -> None:
    assert unproved_issuer(idp.signed_assertion()) == "https://adfs.acme.com/adfs/services/trust"
    assert unproved_issuer(etree.fromstring("<a/>")) == ""


def test_an_expired_certificate_signs_nothing(idp: Provider, saml: Saml) -> None:
    old = Provider()
    builder = x509.CertificateBuilder().subject_name(old.certificate.subject).issuer_name(old.certificate.subject)
    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        builder.public_key(old.key.public_key()).serial_number(2).not_valid_before(past)
        .not_valid_after(past + datetime.timedelta(days=1)).sign(old.key, hashes.SHA256())
    )  # fmt: skip
    with pytest.raises(TokenRefused):
        prove(Saml(saml.source, (certificate,), Clock()), old.signed_assertion())


def test_transforms_that_saml_does_not_know(saml: Saml, idp: Provider) -> None:
    """Signed well, and the digest fits: what it covers depends on what stands around it."""
    with pytest.raises(TokenRefused, match="changes what it signs"):
        prove(saml, idp.signed_assertion(c14n=xmlsec.Transform.C14N))

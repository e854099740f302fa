import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xmlsec
from cryptography import x509
from lxml import etree

from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.saml import LARGEST, Saml, parsed, unproved_issuer
from tests.unit.control.tokens.assertions import DS, SAML, SAMLP, Provider, Shape, assertion, posted, response, source
from tests.unit.control.tokens.rig import NOW, Clock

SIGNATURE, ASSERTION = f"{{{DS}}}Signature", f"{{{SAML}}}Assertion"
EVIL = Shape(id="_evil", response="_evil_r", name="root@acme.com", groups=("admins",))
Attack = Callable[[Provider], Any]


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


def unsigned(_: Provider) -> Any:
    return etree.fromstring(response(EVIL, assertion(EVIL)))


def of_somebody_else(_: Provider) -> Any:
    """Signed well, with the certificate beside it: the message's own key proves nothing."""
    return Provider().signed_assertion(EVIL)


def sha1(idp: Provider) -> Any:
    return idp.signed_assertion(method=xmlsec.Transform.RSA_SHA1, digest=xmlsec.Transform.SHA1)


def sha1_digest(idp: Provider) -> Any:
    return idp.signed_assertion(digest=xmlsec.Transform.SHA1)


def changed(idp: Provider) -> Any:
    root = idp.signed_assertion()
    root.find(f".//{{{SAML}}}NameID").text = "root@acme.com"
    return root


def signature_taken_out(idp: Provider) -> Any:
    root = idp.signed_assertion()
    root.find(ASSERTION).remove(root.find(f".//{SIGNATURE}"))
    return root


def two_assertions(idp: Provider) -> Any:
    root = idp.signed_assertion()
    root.append(etree.fromstring(assertion(EVIL)))
    return root


def two_signed(idp: Provider) -> Any:
    root = idp.signed_assertion()
    root.append(copy.deepcopy(idp.signed_assertion(EVIL).find(ASSERTION)))
    return root


def evil_response() -> Any:
    return etree.fromstring(response(EVIL, assertion(EVIL)))


def xsw1(idp: Provider) -> Any:
    """A signed response inside the signature of an evil one."""
    signed, evil = idp.signed_response(), evil_response()
    signature = copy.deepcopy(signed.find(SIGNATURE))
    signed.remove(signed.find(SIGNATURE))
    signature.append(signed)
    evil.insert(1, signature)
    return evil


def xsw2(idp: Provider) -> Any:
    """The signed response before a detached signature."""
    signed, evil = idp.signed_response(), evil_response()
    signature = copy.deepcopy(signed.find(SIGNATURE))
    signed.remove(signed.find(SIGNATURE))
    evil.insert(1, signed)
    evil.insert(2, signature)
    return evil


def xsw3(idp: Provider) -> Any:
    """An evil assertion before the signed one."""
    root = idp.signed_assertion()
    root.insert(2, etree.fromstring(assertion(EVIL)))
    return root


def xsw4(idp: Provider) -> Any:
    """The signed assertion inside an evil one."""
    root = idp.signed_assertion()
    good, evil = root.find(ASSERTION), etree.fromstring(assertion(EVIL))
    root.remove(good)
    evil.append(good)
    root.append(evil)
    return root


def xsw5(idp: Provider) -> Any:
    """The evil assertion has the signature, the good one stands behind it without."""
    root = idp.signed_assertion()
    good, evil = root.find(ASSERTION), etree.fromstring(assertion(EVIL))
    signature = good.find(SIGNATURE)
    good.remove(signature)
    evil.insert(1, signature)
    root.insert(2, evil)
    return root


def xsw6(idp: Provider) -> Any:
    """The same, the good one inside the signature."""
    root = idp.signed_assertion()
    good, evil = root.find(ASSERTION), etree.fromstring(assertion(EVIL))
    signature = good.find(SIGNATURE)
    good.remove(signature)
    root.remove(good)
    signature.append(good)
    evil.insert(1, signature)
    root.append(evil)
    return root


def xsw7(idp: Provider) -> Any:
    """The evil assertion in Extensions, where a schema takes anything."""
    root = idp.signed_assertion()
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(etree.fromstring(assertion(EVIL)))
    root.insert(1, extensions)
    return root


def xsw8(idp: Provider) -> Any:
    """The good one in an Object of the evil one's signature."""
    root = xsw6(idp)
    signature = root.find(f".//{SIGNATURE}")
    box = etree.SubElement(signature, f"{{{DS}}}Object")
    box.append(signature.find(ASSERTION))
    return root


def same_name_twice(idp: Provider) -> Any:
    """The evil assertion takes the name of the signed one."""
    root = idp.signed_assertion()
    twin = etree.fromstring(assertion(Shape(id="_a1", name="root@acme.com")))
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(etree.Element(f"{{{SAMLP}}}Thing", ID="_a1"))
    root.insert(1, extensions)
    root.find(ASSERTION).append(twin)
    return root


def another_name_of_that_name(idp: Provider) -> Any:
    """Some libraries look for `id` or `Id` first."""
    root = idp.signed_assertion()
    extensions = etree.Element(f"{{{SAMLP}}}Extensions")
    extensions.append(etree.Element(f"{{{SAMLP}}}Thing", Id="_a1"))
    root.insert(1, extensions)
    return root


def something_else_is_signed(idp: Provider) -> Any:
    """A signature that is right, of an element that says nothing."""
    root = etree.fromstring(response(EVIL, assertion(EVIL)))
    status = root.find(f"{{{SAMLP}}}Status")
    status.set("ID", "_s")
    status.insert(0, etree.Element(f"{{{SAMLP}}}Nothing"))
    idp.sign(root, status)
    signature = status.find(SIGNATURE)
    root.find(ASSERTION).insert(1, signature)
    return root


def only_part_is_signed(idp: Provider) -> Any:
    """A transform that picks what is digested."""
    root = idp.signed_assertion()
    transforms = root.find(f".//{{{DS}}}Transforms")
    etree.SubElement(transforms, f"{{{DS}}}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116")
    return root


def everything_is_meant(idp: Provider) -> Any:
    """An empty reference: the whole document, whatever it becomes."""
    root = idp.signed_assertion()
    root.find(f".//{{{DS}}}Reference").set("URI", "")
    return root


ATTACKS: list[Attack] = [
    unsigned, of_somebody_else, sha1, sha1_digest, changed, signature_taken_out, two_assertions, two_signed,
    xsw1, xsw2, xsw3, xsw4, xsw5, xsw6, xsw7, xsw8, same_name_twice, another_name_of_that_name,
    something_else_is_signed, only_part_is_signed, everything_is_meant,
]  # fmt: skip


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
    import datetime

    from cryptography.hazmat.primitives import hashes

    past = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        builder.public_key(old.key.public_key()).serial_number(2).not_valid_before(past)
        .not_valid_after(past + datetime.timedelta(days=1)).sign(old.key, hashes.SHA256())
    )  # fmt: skip
    with pytest.raises(TokenRefused):
        prove(Saml(saml.source, (certificate,), Clock()), old.signed_assertion())

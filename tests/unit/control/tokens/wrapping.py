"""Attacks on signed assertions: what is signed stays, what is read should become something else.

The eight shapes of signature wrapping are those that Somorovsky and others described in 2012, and a few of our own.
"""

import copy
from collections.abc import Callable
from typing import Any

import xmlsec
from lxml import etree

from tests.unit.control.tokens.assertions import DS, SAML, SAMLP, Provider, Shape, assertion, response

SIGNATURE, ASSERTION = f"{{{DS}}}Signature", f"{{{SAML}}}Assertion"
EVIL = Shape(id="_evil", response="_evil_r", name="root@acme.com", groups=("admins",))
Attack = Callable[[Provider], Any]


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

"""SAML 2.0 assertions: what an identity provider posted, as base64 of a Response or of an Assertion.

Strategy: find the signed element, let `signxml` verify it with the certificate that was configured, and read only the
copy of it that `verify` returns: what is not signed does not exist for us, wherever it stands (signature wrapping).

Rules:
- The certificate of the settings, never one that the message brings along (`KeyInfo`). SHA-1 is refused.
- The signature must be a child of what it signs, that must be the whole Response or an Assertion right below it, and
  its id must be the only one of its kind: two elements with one id are the attack itself.
- Parsed without entities, document types or the network; comments are dropped before anything is read, and all text of
  an element counts, so that `ada<!-- -->.evil` is `ada.evil` and never `ada`.
- An assertion is a bearer's: shown once, within its minutes, to the recipient that the settings name.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from lxml import etree  # type: ignore[import-untyped]
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from sidecar.control.tokens import mapping
from sidecar.control.tokens.assertion import ASSERTION, RESPONSE, read
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.settings.tokens import Source

SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
ISSUER = "{urn:oasis:names:tc:SAML:2.0:assertion}Issuer"
# Some providers send a picture of the person; a MiB is a mistake.
LARGEST = 256 * 1024
METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
# The only transforms of a SAML signature (SAML core, 5.4.4): anything else could sign less than it seems.
TRANSFORMS = frozenset(
    {
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    }
)


def parsed(encoded: str) -> Any:
    """The document's root."""
    if len(encoded) > LARGEST:
        raise TokenRefused("The subject_token is too large to be an assertion.")
    try:
        text = base64.b64decode("".join(encoded.split()).translate(_URL_SAFE) + "==", validate=False)
        return etree.fromstring(text, _parser())
    except (binascii.Error, ValueError, etree.XMLSyntaxError) as error:
        raise TokenRefused("The subject_token is not a base64 SAML 2.0 response or assertion.") from error


_URL_SAFE = str.maketrans("-_", "+/")


def _parser() -> Any:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip


def unproved_issuer(root: Any) -> str:
    """Who says that he made it: serves to find the settings, and is read again from what is signed."""
    found = root.find(f".//{ISSUER}")
    return "".join(found.itertext()).strip() if found is not None else ""


@dataclass(frozen=True, slots=True)
class Saml:
    """Proofs of one provider."""

    source: Source
    certificates: tuple[x509.Certificate, ...]
    now: Callable[[], float]

    def prove(self, root: Any) -> Proven:
        assertion = read(self._signed(root), self.source, self.now())
        claims = assertion.claims()
        return Proven(
            source=self.source.name,
            subject=mapping.subject(self.source, claims),
            groups=mapping.groups(self.source, claims),
            expires=assertion.until,
            issued=assertion.issued,
            token=assertion.id,
            once=True,
            until=assertion.session_until,
        )

    def _signed(self, root: Any) -> Any:
        """The one element that the configured key signed, as it was signed."""
        if root.getroottree().docinfo.doctype:
            raise self._refuse("The assertion has a document type; SAML has none.")
        covered = self._covered(root)
        signed = self._verified(covered)
        if signed is None or signed.tag not in (RESPONSE, ASSERTION) or signed.get("ID") != covered.get("ID"):
            raise self._refuse("What is signed is not the assertion.")
        return signed

    def _covered(self, root: Any) -> Any:
        """The element that is signed, by its place: the Response, else its only Assertion."""
        if root.tag not in (RESPONSE, ASSERTION):
            raise self._refuse("The subject_token is neither a SAML 2.0 Response nor an Assertion.")
        assertions = list(root.iter(ASSERTION))
        here = [root] if root.tag == ASSERTION else root.findall(ASSERTION)
        if len(assertions) != 1 or assertions != here:
            raise self._refuse("Exactly one assertion, unencrypted and in its place, is needed.")
        covered = next((one for one in (here[0], root) if one.find(SIGNATURE) is not None), None)
        if covered is None:
            raise self._refuse("The assertion is not signed.")
        self._only_one_of_its_name(root, covered)
        return covered

    def _only_one_of_its_name(self, root: Any, covered: Any) -> None:
        names = [
            value for one in root.iter() for key, value in one.attrib.items() if key.rpartition("}")[2].lower() == "id"
        ]
        name = covered.get("ID")
        references = covered.findall(f"{SIGNATURE}/{_ds('SignedInfo')}/{_ds('Reference')}")
        if len(covered.findall(SIGNATURE)) != 1 or len(references) != 1:
            raise self._refuse("The assertion must have one signature over one thing.")
        if not name or names.count(name) != 1 or references[0].get("URI") != f"#{name}":
            raise self._refuse("The signature is not the assertion's own.")
        used = {one.get("Algorithm") for one in references[0].iter(_ds("Transform"))}
        if not used <= TRANSFORMS:
            raise self._refuse("The signature changes what it signs in a way that SAML does not allow.")

    def _verified(self, covered: Any) -> Any:
        wanted = SignatureConfiguration(
            require_x509=True,
            location="./",
            expect_references=1,
            signature_methods=METHODS,
            digest_algorithms=DIGESTS,
            ignore_ambiguous_key_info=True,
        )
        alone = etree.fromstring(etree.tostring(covered, with_tail=False), _parser())
        for certificate in self.certificates:
            try:
                result = XMLVerifier().verify(
                    alone, x509_cert=certificate, id_attribute="ID", expect_config=wanted, parser=_parser()
                )
            except (SignXMLException, etree.LxmlError, ValueError, TypeError, AttributeError, KeyError):
                continue
            return result.signed_xml  # type: ignore[union-attr]
        raise self._refuse(f"The assertion was not signed by {self.source.name}, or with SHA-1, which is not accepted.")

    def _refuse(self, sentence: str) -> TokenRefused:
        return TokenRefused(sentence, source=self.source.name)


def _ds(name: str) -> str:
    return f"{{http://www.w3.org/2000/09/xmldsig#}}{name}"

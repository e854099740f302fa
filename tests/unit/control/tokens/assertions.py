"""SAML responses as identity providers make them, signed with `xmlsec`: another library than the one that verifies."""

import base64
import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

from sidecar.settings.tokens import Source, SourceKind
from tests.unit.control.tokens.rig import NOW

SAML, SAMLP, DS = (
    "urn:oasis:names:tc:SAML:2.0:assertion",
    "urn:oasis:names:tc:SAML:2.0:protocol",
    "http://www.w3.org/2000/09/xmldsig#",
)
NS = {"saml": SAML, "samlp": SAMLP, "ds": DS}
ISSUER = "https://adfs.acme.com/adfs/services/trust"
RECIPIENT = "https://gate.example.com/v1/token"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"


def instant(offset: float, now: float = NOW) -> str:
    return datetime.datetime.fromtimestamp(now + offset, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True)
class Shape:
    """What an assertion says; each test changes what it is about."""

    id: str = "_a1"
    response: str = "_r1"
    name: str = "ada@acme.com"
    issuer: str = ISSUER
    audience: str = "gatehouse"
    recipient: str = RECIPIENT
    destination: str = RECIPIENT
    issued: float = -10
    begins: float = -60
    ends: float = 300
    confirmed_until: float | None = 300
    confirmed_from: float | None = None
    session_until: float | None = None
    method: str = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
    status: str = SUCCESS
    version: str = "2.0"
    groups: tuple[str, ...] = ("eng", "sre")
    extra: str = ""  # inside the assertion
    statement: bool = True
    audiences: str | None = None
    now: float = NOW

    def at(self, offset: float) -> str:
        return instant(offset, self.now)


def assertion(shape: Shape) -> str:
    until = f'NotOnOrAfter="{shape.at(shape.confirmed_until)}"' if shape.confirmed_until is not None else ""
    since = f'NotBefore="{shape.at(shape.confirmed_from)}"' if shape.confirmed_from is not None else ""
    session = f'SessionNotOnOrAfter="{shape.at(shape.session_until)}"' if shape.session_until is not None else ""
    values = "".join(f"<saml:AttributeValue>{group}</saml:AttributeValue>" for group in shape.groups)
    restriction = (
        f"<saml:AudienceRestriction><saml:Audience>{shape.audience}</saml:Audience></saml:AudienceRestriction>"
        if shape.audiences is None
        else shape.audiences
    )
    statement = f'<saml:AuthnStatement AuthnInstant="{shape.at(-20)}" {session}/>' if shape.statement else ""
    return f"""<saml:Assertion xmlns:saml="{SAML}" ID="{shape.id}" Version="{shape.version}"
 IssueInstant="{shape.at(shape.issued)}"><saml:Issuer>{shape.issuer}</saml:Issuer><saml:Subject>
 <saml:NameID>{shape.name}</saml:NameID><saml:SubjectConfirmation Method="{shape.method}">
 <saml:SubjectConfirmationData {until} {since} Recipient="{shape.recipient}"/></saml:SubjectConfirmation></saml:Subject>
 <saml:Conditions NotBefore="{shape.at(shape.begins)}" NotOnOrAfter="{shape.at(shape.ends)}">
 {restriction}</saml:Conditions>
 {statement}<saml:AttributeStatement>
 <saml:Attribute Name="groups">{values}</saml:Attribute></saml:AttributeStatement>{shape.extra}</saml:Assertion>"""


def response(shape: Shape, inside: str) -> str:
    return f"""<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="{shape.response}" Version="2.0"
 IssueInstant="{shape.at(shape.issued)}" Destination="{shape.destination}"><saml:Issuer>{shape.issuer}</saml:Issuer>
 <samlp:Status><samlp:StatusCode Value="{shape.status}"/></samlp:Status>{inside}</samlp:Response>"""


class Provider:
    """A signing key and its certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "adfs.acme.com")])
        day = datetime.timedelta(days=1)
        now = datetime.datetime.now(datetime.UTC)
        self.certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
            .serial_number(1).not_valid_before(now - day).not_valid_after(now + 3650 * day)
            .sign(self.key, hashes.SHA256())
        )  # fmt: skip

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(
        self,
        root: Any,
        target: Any,
        method: Any = xmlsec.Transform.RSA_SHA256,
        digest: Any = xmlsec.Transform.SHA256,
        c14n: Any = xmlsec.Transform.EXCL_C14N,
    ) -> Any:
        """Sign one element of the document, the signature after its Issuer. Returns the root."""
        template = xmlsec.template.create(root, c14n, method, ns="ds")
        reference = xmlsec.template.add_reference(template, digest, uri="#" + target.get("ID"))
        xmlsec.template.add_transform(reference, xmlsec.Transform.ENVELOPED)
        xmlsec.template.add_transform(reference, c14n)
        xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
        target.insert(1, template)
        context = xmlsec.SignatureContext()
        pem = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        context.key = xmlsec.Key.from_memory(pem, xmlsec.KeyFormat.PEM)
        context.key.load_cert_from_memory(self.pem, xmlsec.KeyFormat.PEM)
        context.register_id(target, "ID")
        context.sign(template)
        # Read anew: names of elements that xmlsec made are not the ones that lxml looks for.
        return etree.fromstring(etree.tostring(root))

    def signed_assertion(self, shape: Shape | None = None, **how: Any) -> Any:
        shape = shape or Shape()
        root = etree.fromstring(response(shape, assertion(shape)))
        return self.sign(root, root.find(f"{{{SAML}}}Assertion"), **how)

    def signed_response(self, shape: Shape | None = None, **how: Any) -> Any:
        shape = shape or Shape()
        root = etree.fromstring(response(shape, assertion(shape)))
        return self.sign(root, root, **how)

    def bare(self, shape: Shape | None = None) -> Any:
        root = etree.fromstring(assertion(shape or Shape()))
        return self.sign(root, root)


def posted(root: Any, change: Callable[[str], str] = lambda text: text) -> str:
    return base64.b64encode(change(etree.tostring(root).decode()).encode()).decode()


def source(folder: Path, provider: Provider, *more: bytes) -> Source:
    file = folder / "adfs.pem"
    file.write_bytes(b"".join((provider.pem, *more)))
    return Source(
        "adfs", SourceKind.SAML, ISSUER, ("gatehouse",), "NameID", groups=("groups",), certificates=(file,),
        recipient=RECIPIENT,
    )  # fmt: skip

"""An authority of our own and the certificate it issues for the webhook and the control plane: made, and renewed.

Strategy: everything is a value, and one look at the clock says what is due. A new authority is told to everyone a day
before it signs anything, and the old one stays known until it ends, so that no call meets a certificate it cannot
check.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PEM = serialization.Encoding.PEM
# The clocks of a cluster's nodes differ.
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things hold, and when they are renewed before their end."""

    leaf: timedelta = timedelta(days=30)
    leaf_before: timedelta = timedelta(days=10)
    authority: timedelta = timedelta(days=5 * 365)
    authority_before: timedelta = timedelta(days=365)
    told_ahead: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pair:
    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Kept:
    """`known`: all authorities that are to be trusted, as PEM. `following`: the one that will sign next."""

    known: str
    leaf: Pair
    signer: Pair
    following: Pair | None = None


FILES = ("ca.crt", "tls.crt", "tls.key", "signer.crt", "signer.key", "next.crt", "next.key")


def to_files(kept: Kept) -> dict[str, str]:
    following = kept.following or Pair("", "")
    parts = (kept.leaf, kept.signer, following)
    texts = (kept.known, *(text for pair in parts for text in (pair.certificate, pair.key)))
    return {name: text for name, text in zip(FILES, texts, strict=True) if text}


def from_files(files: Mapping[str, str]) -> Kept | None:
    """Nothing, where something is missing or cannot be read."""
    known, *rest = (files.get(name, "") for name in FILES)
    leaf, signer, following = (Pair(*rest[index : index + 2]) for index in (0, 2, 4))
    if not all((known, leaf.certificate, leaf.key, signer.certificate, signer.key)):
        return None
    try:
        for pair in (leaf, signer, *((following,) if following.certificate else ())):
            x509.load_pem_x509_certificate(pair.certificate.encode())
            serialization.load_pem_private_key(pair.key.encode(), None)
        x509.load_pem_x509_certificates(known.encode())
    except (ValueError, TypeError):
        return None
    return Kept(known, leaf, signer, following if following.certificate else None)


def first(names: Sequence[str], now: datetime, terms: Terms) -> Kept:
    signer = _authority(now, terms)
    return Kept(signer.certificate, _leaf(signer, names, now, terms), signer)


def due(kept: Kept, names: Sequence[str], now: datetime, terms: Terms) -> Kept:
    """What is to be kept now; the same value where nothing is due."""
    if _ends(kept.signer) <= now:
        return first(names, now, terms)
    made = kept
    if made.following is None and _ends(made.signer) - now < terms.authority_before:
        following = _authority(now, terms)
        made = replace(made, known=_joined((*_split(made.known), following.certificate), now), following=following)
    elif made.following is not None and now - _begins(made.following) >= terms.told_ahead + SKEW:
        known = _joined(_split(made.known), now)
        made = Kept(known, _leaf(made.following, names, now, terms), made.following)
    if _ends(made.leaf) - now < terms.leaf_before or _names(made.leaf) != set(names):
        made = replace(made, leaf=_leaf(made.signer, names, now, terms))
    return made


def ends(certificate: str) -> datetime:
    return x509.load_pem_x509_certificate(certificate.encode()).not_valid_after_utc


def _ends(pair: Pair) -> datetime:
    return ends(pair.certificate)


def _begins(pair: Pair) -> datetime:
    return x509.load_pem_x509_certificate(pair.certificate.encode()).not_valid_before_utc


def _names(pair: Pair) -> set[str]:
    found = x509.load_pem_x509_certificate(pair.certificate.encode())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(names.get_values_for_type(x509.DNSName))


def _split(known: str) -> Iterator[str]:
    for one in x509.load_pem_x509_certificates(known.encode()):
        yield one.public_bytes(PEM).decode()


def _joined(known: Sequence[str] | Iterator[str], now: datetime) -> str:
    return "".join(dict.fromkeys(one for one in known if ends(one) > now))


def _authority(now: datetime, terms: Terms) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("gatehouse authority")
    usage = x509.KeyUsage(*(what in ("key_cert_sign", "crl_sign") for what in _USES))
    made = (
        _begun(name, name, key, now, terms.authority)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _signed(made, key, key)


# In the order in which `x509.KeyUsage` takes them.
_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def _leaf(signer: Pair, names: Sequence[str], now: datetime, terms: Terms) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.load_pem_x509_certificate(signer.certificate.encode())
    authority = serialization.load_pem_private_key(signer.key.encode(), None)
    if not isinstance(authority, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not of ours")
    made = (
        _begun(_name("gatehouse"), issuer.subject, key, now, terms.leaf)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
    )
    return _signed(made, key, authority)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    named = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    timed = named.not_valid_before(now - SKEW).not_valid_after(now + lasts)
    return timed.serial_number(x509.random_serial_number())


def _signed(made: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey) -> Pair:
    form = (PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Pair(
        made.sign(signer, hashes.SHA256()).public_bytes(PEM).decode(),
        key.private_bytes(*form).decode(),
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])

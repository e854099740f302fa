"""How to reach people and their machines."""

from sidecar.core.detect.check.contact import grouped, international, phone
from sidecar.core.detect.check.network import email, ipv4, ipv6, mac
from sidecar.core.detect.forms import bounded
from sidecar.core.model.detector import Detector

_EXTENSION = r"(?: ?(?:x|ext\.? ?)[0-9]{1,6})?"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_CALLS = (
    r"phone|telephone|mobile|cell|call|fax|tel|telefon|whatsapp|sms|contact|handy|dial|"
    r"answering at|messages to|m[oó]vil|t[eé]l[eé]phone|telefono|tel[eé]fono"
)

# An address that is nobody's (`no-reply@`) must not be found from its second letter or word: what stands before is part
# of the pattern. One sign may (`-bob@`), and any number of dots (`...bob@`).
_LEFT_OF_MAIL = r"(?:^[._%+\-]?|[^A-Za-z0-9._%+\-][._%+\-]?|[._%+\-]{2})"

DETECTORS = (
    Detector(
        "pii/email",
        "EMAIL",
        _LEFT_OF_MAIL
        + r"([A-Za-z0-9][A-Za-z0-9._%+\-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9\-]{0,62}\.){1,6}[A-Za-z]{2,24})\b",
        value_group=1,
        validate=email,
    ),
    bounded(
        "phone-international",
        "PHONE",
        r"(?:\+[1-9][0-9]{0,3}(?:[ .\-]?\(?[0-9]{1,5}\)?){1,6}|00[1-9](?:[0-9]{9,12}|[0-9]{0,2}(?:-[0-9]{2,4}){2,4}))"
        + _EXTENSION,
        international,
    ),
    bounded(
        "phone-us",
        "PHONE",
        r"(?:(?:\+?1|001)[ .\-]?)?(?:\([0-9]{3}\) ?|[0-9]{3}[.\-])[0-9]{3}[.\-][0-9]{4}" + _EXTENSION,
        phone,
    ),
    bounded(
        "phone-us-spaced",
        "PHONE",
        r"(?:\+?1[ \-])?(?:\([2-9][0-9]{2}\) |[2-9][0-9]{2} )[2-9][0-9]{2}[ \-][0-9]{4}" + _EXTENSION,
        phone,
    ),
    bounded(
        "phone-national",
        "PHONE",
        r"\(?0[1-9][0-9]{0,3}\)?(?: [0-9]{2,4}){2,4}|\(0[0-9]{1,4}\) ?[0-9]{3,4} [0-9]{3,4}",
        grouped,
    ),
    Detector(
        "pii/phone-named",
        "PHONE",
        rf"(?i:\b(?:{_CALLS})\b)[^0-9(+]{{1,24}}([+(]?[0-9][0-9]{{0,14}}\)?(?:[ .\-]{{1,2}}\(?[0-9]"
        rf"{{1,8}}\)?){{0,6}}{_EXTENSION})(?:[^\w]|\z)",
        1,
        phone,
    ),
    Detector(
        "pii/ipv4",
        "IP_ADDRESS",
        rf"(?:\A|[^0-9A-Za-z_.\-+])({_OCTET}(?:\.{_OCTET}){{3}}(?:\.[0-9]{{1,9}}){{0,9}})(?:[^0-9A-Za-z_\-+]|\z)",
        1,
        ipv4,
    ),
    bounded(
        "ipv6",
        "IP_ADDRESS",
        r"(?:[0-9A-Fa-f]{0,4}:){2,7}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4})(?:%[a-z0-9]{1,8})?",
        ipv6,
        colons=True,
    ),
    bounded(
        "mac",
        "MAC_ADDRESS",
        r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}|"
        r"[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}\.[0-9A-Fa-f]{4}",
        mac,
        colons=True,
    ),
)

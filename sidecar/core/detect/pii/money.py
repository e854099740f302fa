"""Payment cards and bank accounts."""

from sidecar.core.detect.check.contact import document
from sidecar.core.detect.check.money import aba, card, iban, iban_pattern
from sidecar.core.detect.forms import after, bounded
from sidecar.core.model.detector import Detector

DETECTORS = (
    bounded(
        "card",
        "CARD",
        r"[0-9]{12,19}|[0-9]{4}(?:[ \-][0-9]{4}){2}[ \-][0-9]{1,7}|[0-9]{4}[ \-][0-9]{6}[ \-][0-9]{4,5}",
        card,
    ),
    Detector("pii/iban", "IBAN", iban_pattern(), validate=iban),
    after("aba-routing", "ROUTING_NUMBER", r"routing|\baba\b|\brtn\b", r"[0-9]{4}-?[0-9]{4}-?[0-9]", aba),
    after(
        "bank-account",
        "BANK_ACCOUNT",
        r"(?:bank|checking|savings) account|account (?:number|no|num)|acct",
        r"[0-9]{6,17}",
        document,
    ),
    after("cvv", "CVV", r"\bcvv2?\b|\bcvc2?\b|security code", r"[0-9]{3,4}", None),
)

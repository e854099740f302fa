"""Documents and dates of a person's life: only with the words that say so."""

from sidecar.core.detect.check.contact import document
from sidecar.core.detect.forms import after, bounded

_MONTH = (
    r"(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]un|[Jj]ul|[Aa]ug|[Ss]ep|[Oo]ct|[Nn]ov|[Dd]ec|"
    r"JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
    r"[a-zA-Z]{0,6}\.?"
)
_DATE = (
    r"[0-9]{1,2}[./\- ][0-9]{1,2}[./\- ][0-9]{2,4}|[0-9]{4}[./\-][0-9]{1,2}[./\-][0-9]{1,2}|"
    rf"[0-9]{{1,2}}(?:st|nd|rd|th)?[ \-](?:of )?{_MONTH},?[ \-][0-9]{{2,4}}|"
    rf"{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,? [0-9]{{4}}"
)

DETECTORS = (
    after(
        "birth-date",
        "BIRTH_DATE",
        r"birth ?da(?:te|y)|date[ _]of[ _]birth|\bd\.?o\.?b\b|\bborn\b|geburtsdatum|geboren|"
        r"date de naissance|fecha de nacimiento",
        _DATE,
        None,
    ),
    after(
        "passport",
        "PASSPORT",
        r"passport|reisepass|passeport|pasaporte|passaporto",
        r"[A-Z]{0,2}[0-9]{6,9}[A-Z]{0,2}|[A-Z][0-9A-Z]{8}",
        document,
    ),
    after(
        "driver-licence",
        "DRIVER_LICENCE",
        r"driv(?:er|ing)\S{0,2} ?(?:licen[cs]e|permit)|licen[cs]e (?:number|no)|f[uü]hrerschein|"
        r"permis de conduire|\bdl ?(?:#|no|number)",
        r"[A-Z0-9][A-Z0-9\-]{4,19}",
        document,
    ),
    after(
        "identity-card",
        "IDENTITY_CARD",
        r"identity card|id[ -]card|national id|personalausweis|ausweisnummer|carte d.identit[eé]|"
        r"\bdni\b|voter id|\bepic\b",
        r"[A-Z0-9][A-Z0-9\-]{5,19}",
        document,
    ),
    after(
        "health-insurance",
        "HEALTH_INSURANCE",
        r"health insurance|medicare|medicaid|insurance (?:id|number|no)|versichertennummer|member id|\begk\b",
        r"[A-Z0-9][A-Z0-9\-]{5,14}",
        document,
    ),
    after(
        "medical-record",
        "MEDICAL_RECORD",
        r"\bmrn\b|medical record|patient (?:id|number)",
        r"[A-Z]{0,3}-?[0-9]{5,12}",
        document,
    ),
    bounded(
        "uk-driving-licence",
        "DRIVER_LICENCE",
        r"[A-Z]{2,5}9{0,3}[0-9](?:[05][1-9]|[16][0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9][A-Z9]{2}[A-Z0-9]{3}",
        document,
    ),
)

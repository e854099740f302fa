"""Numbers that European states give to people.

Rules: a number stands without a word before it only if its checks leave one in fifty chance numbers or fewer, or if its
shape is its own. All others need the word.
"""

from sidecar.core.detect.check import national
from sidecar.core.detect.check.contact import document
from sidecar.core.detect.forms import after, bounded

_BSN = national.mod_check((9, 8, 7, 6, 5, 4, 3, 2, -1), 11)
_AMKA_DATE = r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{7}"

DETECTORS = (
    bounded(
        "uk-nino",
        "NATIONAL_ID",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]",
        national.uk_nino,
    ),
    after(
        "uk-nino-named",
        "NATIONAL_ID",
        r"nino|national insurance",
        r"[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d]",
        national.uk_nino,
    ),
    bounded("uk-nhs", "HEALTH_ID", r"[0-9]{3}[ \-][0-9]{3}[ \-][0-9]{4}", national.uk_nhs),
    after("uk-nhs-named", "HEALTH_ID", r"\bnhs\b", r"[0-9]{10}", national.uk_nhs),
    bounded("es-nif", "NATIONAL_ID", r"[0-9]{8}-?[A-HJ-NP-TV-Za-hj-np-tv-z]", national.spanish),
    bounded("es-nie", "NATIONAL_ID", r"[XYZxyz]-?[0-9]{7}-?[A-HJ-NP-TV-Za-hj-np-tv-z]", national.spanish),
    bounded(
        "it-codice-fiscale",
        "NATIONAL_ID",
        r"[A-Z]{6}[0-9]{2}[ABCDEHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]",
        national.italian,
    ),
    bounded("pl-pesel", "NATIONAL_ID", r"[0-9]{2}(?:[02468][1-9]|[13579][0-2])[0-3][0-9]{6}", national.polish),
    bounded("se-personnummer", "NATIONAL_ID", r"(?:(?:18|19|20)[0-9]{6}-?|[0-9]{6}[\-+])[0-9]{4}", national.swedish),
    bounded("fi-hetu", "NATIONAL_ID", r"[0-3][0-9][01][0-9]{3}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Ya-y]", national.finnish),
    bounded("no-fodselsnummer", "NATIONAL_ID", r"[0-7][0-9][0145][0-9]{3} ?[0-9]{5}", national.norwegian),
    bounded("dk-cpr", "NATIONAL_ID", r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2}-[0-9]{4}", document),
    bounded("de-tax-id", "TAX_ID", r"[1-9][0-9] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}", national.german_tax),
    after(
        "de-tax-number",
        "TAX_ID",
        r"steuernummer|steuer-?nr|finanzamt",
        r"[0-9]{2,3}[/ ][0-9]{3}[/ ][0-9]{4,5}|[0-9]{13}",
        document,
    ),
    after(
        "de-social-security",
        "NATIONAL_ID",
        r"sozialversicherung|versicherungsnummer|\bsvnr\b|rentenversicherung",
        r"[0-9]{8}[A-Z][0-9]{3}",
        document,
    ),
    after(
        "vat-id", "TAX_ID", r"\bvat\b|ust-?id|umsatzsteuer|\btva\b|\biva\b|\bbtw\b", r"[A-Z]{2}[A-Z0-9]{8,12}", document
    ),
    bounded(
        "fr-nir",
        "NATIONAL_ID",
        r"[12] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
        national.french,
    ),
    bounded("be-national", "NATIONAL_ID", r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", national.belgian),
    after(
        "nl-bsn",
        "NATIONAL_ID",
        r"\bbsn\b|burgerservicenummer|sofinummer",
        r"[0-9]{9}|[0-9]{3}[. ][0-9]{3}[. ][0-9]{3}",
        _BSN,
    ),
    bounded("ch-ahv", "NATIONAL_ID", r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", national.swiss),
    bounded("cz-rodne-cislo", "NATIONAL_ID", r"[0-9]{6}/[0-9]{4}", national.czech),
    bounded("ro-cnp", "NATIONAL_ID", r"[1-8][0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{7}", national.romanian),
    after("hr-oib", "NATIONAL_ID", r"\boib\b", r"[0-9]{11}", national.croatian),
    after(
        "pt-nif",
        "TAX_ID",
        r"\bnif\b|contribuinte",
        r"[1-35689][0-9]{8}",
        national.mod_check((9, 8, 7, 6, 5, 4, 3, 2, 1), 11),
    ),
    after("gr-amka", "NATIONAL_ID", r"\bamka\b|αμκα", _AMKA_DATE, document),
    after("ie-pps", "NATIONAL_ID", r"\bpps[n]?\b", r"[0-9]{7}[A-W][A-IW]?", document),
    bounded("tr-kimlik", "NATIONAL_ID", r"[1-9][0-9]{10}", national.turkish),
)

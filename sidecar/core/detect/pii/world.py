"""Numbers that states outside Europe give to people.

Rules: as for Europe: alone only with a shape of its own or checks that few chance numbers pass, otherwise behind a
word.
"""

from sidecar.core.detect.check import national
from sidecar.core.detect.check.contact import document
from sidecar.core.detect.check.digits import luhn, verhoeff
from sidecar.core.detect.forms import after, bounded

_LETTER = "[AC-HJ-KM-NP-RT-Yac-hj-km-np-rt-y]"
_EITHER = "[AC-HJ-KM-NP-RT-Y0-9ac-hj-km-np-rt-y]"
_MBI = f"[1-9]{_LETTER}{_EITHER}[0-9]-?{_LETTER}{_EITHER}[0-9]-?{_LETTER}{{2}}[0-9]{{2}}"

DETECTORS = (
    bounded("us-ssn", "SSN", r"[0-8][0-9]{2}-[0-9]{2}-[0-9]{4}|[0-8][0-9]{2} [0-9]{2} [0-9]{4}", national.us_ssn),
    after(
        "us-ssn-named",
        "SSN",
        r"\bssn\b|social[_ ]security|soc[_ ]sec",
        r"[0-8][0-9]{2}[ .\-]?[0-9]{2}[ .\-]?[0-9]{4}",
        national.us_ssn,
    ),
    bounded("us-itin", "TAX_ID", r"9[0-9]{2}-(?:5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])-[0-9]{4}", None),
    after("us-ein", "TAX_ID", r"\bein\b|employer id|federal tax", r"[0-9]{2}-[0-9]{7}", document),
    bounded("us-npi", "PROVIDER_ID", r"[12][0-9]{3}-[0-9]{3}-[0-9]{3}|[12][0-9]{3} [0-9]{3} [0-9]{3}", national.us_npi),
    after(
        "us-npi-named", "PROVIDER_ID", r"\bnpi\b|provider (?:id|identifier|number)", r"[12][0-9]{9}", national.us_npi
    ),
    bounded("us-mbi", "HEALTH_ID", _MBI, document),
    bounded("ca-sin", "NATIONAL_ID", r"[1-79][0-9]{2}-[0-9]{3}-[0-9]{3}", luhn),
    after("ca-sin-named", "NATIONAL_ID", r"\bsin\b|social insurance", r"[1-79][0-9]{2} ?[0-9]{3} ?[0-9]{3}", luhn),
    bounded(
        "mx-curp",
        "NATIONAL_ID",
        r"[A-Z][AEIOUX][A-Z]{2}[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[A-Z0-9][0-9]",
        None,
    ),
    bounded("br-cpf", "NATIONAL_ID", r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", national.brazilian_person),
    after("br-cpf-named", "NATIONAL_ID", r"\bcpf\b", r"[0-9]{11}", national.brazilian_person),
    bounded("br-cnpj", "TAX_ID", r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}/[0-9]{4}-[0-9]{2}", national.brazilian_company),
    bounded("ar-cuil", "NATIONAL_ID", r"(?:2[0347]|3[034])-[0-9]{8}-[0-9]", national.argentine),
    bounded("cl-rut", "NATIONAL_ID", r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9kK]", national.chilean),
    bounded("in-aadhaar", "NATIONAL_ID", r"[2-9][0-9]{3}[ \-:][0-9]{4}[ \-:][0-9]{4}", verhoeff),
    after("in-aadhaar-named", "NATIONAL_ID", r"aadhaa?r|\buid(?:ai)?\b", r"[2-9][0-9]{11}", verhoeff),
    bounded("in-pan", "TAX_ID", r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", None),
    bounded("in-gstin", "TAX_ID", r"(?:0[1-9]|[12][0-9]|3[0-8])[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]Z[0-9A-Z]", None),
    bounded("sg-nric", "NATIONAL_ID", r"[STFGM][0-9]{7}[A-Z]", national.singaporean),
    bounded("kr-rrn", "NATIONAL_ID", r"[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]-[1-8][0-9]{6}", national.korean),
    bounded("kr-rrn-run", "NATIONAL_ID", r"[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][1-8][0-9]{6}", national.korean_checked),
    bounded(
        "cn-resident",
        "NATIONAL_ID",
        r"[1-8][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9][0-9]{3}[0-9Xx]",
        national.chinese,
    ),
    bounded("tw-national", "NATIONAL_ID", r"[A-Z][1289][0-9]{8}", national.taiwanese),
    bounded("hk-identity", "NATIONAL_ID", r"[A-Z]{1,2}[0-9]{6}\([0-9A]\)", None),
    bounded(
        "my-nric",
        "NATIONAL_ID",
        r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])-[0-9]{2}-[0-9]{4}",
        national.dated,
    ),
    bounded(
        "th-national",
        "NATIONAL_ID",
        r"[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]|[1-8] [0-9]{4} [0-9]{5} [0-9]{2} [0-9]",
        national.thai,
    ),
    after(
        "th-national-named",
        "NATIONAL_ID",
        r"thai (?:national )?id|national id|citizen id|บัตรประชาชน",
        r"[1-8][0-9]{12}",
        national.thai,
    ),
    after(
        "jp-my-number",
        "NATIONAL_ID",
        r"my ?number|マイナンバー|個人番号",
        r"[0-9]{4}[ \-]?[0-9]{4}[ \-]?[0-9]{4}",
        document,
    ),
    bounded("au-abn", "TAX_ID", r"[1-9][0-9] [0-9]{3} [0-9]{3} [0-9]{3}", national.australian_business),
    after("au-abn-named", "TAX_ID", r"\babn\b", r"[1-9][0-9]{10}", national.australian_business),
    after(
        "au-tfn",
        "TAX_ID",
        r"\btfn\b|tax file",
        r"[0-9]{3} ?[0-9]{3} ?[0-9]{3}",
        national.mod_check((1, 4, 3, 7, 5, 8, 6, 9, 10), 11),
    ),
    bounded("au-medicare", "HEALTH_ID", r"[2-6][0-9]{3} [0-9]{5} [0-9]", national.australian_medicare),
    bounded(
        "za-identity", "NATIONAL_ID", r"[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]{5}[0-2][0-9]{2}", national.south_african
    ),
    after("ng-nin", "NATIONAL_ID", r"\bnin\b|national identification", r"[1-9][0-9]{10}", verhoeff),
    bounded("ae-emirates", "NATIONAL_ID", r"784-[0-9]{4}-[0-9]{7}-[0-9]", luhn),
    after("il-identity", "NATIONAL_ID", r"teudat zehut|israeli id|ת\.ז", r"[0-9]{9}", luhn),
)

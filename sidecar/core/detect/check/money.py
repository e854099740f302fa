"""Payment cards and bank accounts."""

from sidecar.core.detect.check.digits import digits, filler, luhn, mod_97, weighted

# First digits and lengths that issuers use (ISO/IEC 7812 ranges as the schemes publish them).
_ISSUERS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4, 4, (13, 16)),  # Visa
    (51, 55, (16,)),  # Mastercard
    (2221, 2720, (16,)),  # Mastercard
    (34, 34, (15,)),  # American Express
    (37, 37, (15,)),
    (300, 305, (14,)),  # Diners Club
    (3095, 3095, (14,)),
    (36, 36, (14,)),
    (38, 39, (14,)),
    (6011, 6011, (16, 19)),  # Discover
    (644, 659, (16, 19)),
    (62, 62, (16, 17, 18, 19)),  # UnionPay
    (3528, 3589, (16,)),  # JCB
    (1800, 1800, (15,)),
    (2131, 2131, (15,)),
    (2200, 2204, (16,)),  # Mir
    (5018, 5018, (12, 13, 14, 15, 16, 19)),  # Maestro
    (5020, 5020, (12, 13, 14, 15, 16, 19)),
    (5038, 5038, (12, 13, 14, 15, 16, 19)),
    (5893, 5893, (12, 13, 14, 15, 16, 19)),
    (6304, 6304, (12, 13, 14, 15, 16, 19)),
    (6759, 6763, (12, 13, 14, 15, 16, 19)),
    (5067, 5067, (16,)),  # Elo
    (508, 508, (16,)),  # RuPay
    (606282, 606282, (16,)),  # Hipercard
)

# Length of an IBAN by country (ISO 13616 registry, published by SWIFT).
IBAN_LENGTHS = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU",
    31: "MT SC",
    32: "LC",
    33: "RU",
}


def card(value: bytes) -> bool:
    """A length and first digits that an issuer uses, and the check digit."""
    numbers = digits(value)
    if len(set(numbers)) < 2 or not luhn(value):
        return False
    text = "".join(map(str, numbers))
    return any(len(text) in lengths and low <= int(text[: len(str(low))]) <= high for low, high, lengths in _ISSUERS)


def iban(value: bytes) -> bool:
    """ISO 13616: the first four characters moved to the end, mod 97 = 1."""
    plain = value.replace(b" ", b"").replace(b"-", b"").upper()
    return mod_97(plain[4:] + plain[:4]) == 1


def iban_pattern() -> str:
    """Each country with its own length, in groups of four or in one run: what follows an IBAN is never part of it."""
    ways = []
    for length, countries in IBAN_LENGTHS.items():
        fours, rest = divmod(length - 4, 4)
        tail = f"[ -]?[A-Z0-9]{{{rest}}}" if rest else ""
        ways.append(f"(?:{countries.replace(' ', '|')})[0-9]{{2}}(?:[ -]?[A-Z0-9]{{4}}){{{fours}}}{tail}")
    return rf"\b(?:{'|'.join(ways)})\b"


def aba(value: bytes) -> bool:
    """A routing number of the American Bankers Association."""
    numbers = digits(value)
    first = numbers[0] * 10 + numbers[1]
    known = first <= 12 or 21 <= first <= 32 or 61 <= first <= 72 or first == 80
    return known and not filler(numbers) and weighted(numbers, (3, 7, 1, 3, 7, 1, 3, 7, 1)) % 10 == 0

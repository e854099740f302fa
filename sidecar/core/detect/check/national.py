"""Numbers that states give to people, with the check each authority publishes."""

from collections.abc import Callable

from sidecar.core.detect.check.digits import digits, filler, luhn, mod_11_10, real_date, weighted
from sidecar.core.model.detector import Validator

_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_CODICE_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)


def _plain(value: bytes) -> str:
    return "".join(character for character in value.decode(errors="replace").upper() if character.isalnum())


def mod_check(weights: tuple[int, ...], modulus: int, *, equals: int = 0) -> Validator:
    """The weighted sum of the digits has this remainder."""
    return lambda value: not filler(digits(value)) and weighted(digits(value), weights) % modulus == equals


def two_checks(first: tuple[int, ...], second: tuple[int, ...]) -> Callable[[list[int]], bool]:
    """Two check digits mod 11 at the end, 10 counting as 0 (Brazil)."""

    def holds(numbers: list[int]) -> bool:
        size = len(first)
        one = (weighted(numbers[:size], first) * 10) % 11 % 10
        two = (weighted(numbers[: size + 1], second) * 10) % 11 % 10
        return numbers[size] == one and numbers[size + 1] == two and not filler(numbers)

    return holds


_CPF = two_checks(tuple(range(10, 1, -1)), tuple(range(11, 1, -1)))
_CNPJ = two_checks((5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2), (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))


def us_ssn(value: bytes) -> bool:
    number = _plain(value)
    area, group, serial = number[:3], number[3:5], number[5:]
    never = area in ("000", "666") or area[0] == "9" or group == "00" or serial == "0000"
    return not never and number not in ("078051120", "219099999") and len(set(number)) > 2


def us_npi(value: bytes) -> bool:
    return luhn(b"80840" + bytes(code for code in value if 48 <= code <= 57))


def uk_nhs(value: bytes) -> bool:
    numbers = digits(value)
    check = 11 - weighted(numbers[:9], tuple(range(10, 1, -1))) % 11
    return not filler(numbers) and check != 10 and numbers[9] == check % 11


def uk_nino(value: bytes) -> bool:
    return _plain(value)[:2] not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")


def spanish(value: bytes) -> bool:
    text = _plain(value)
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return _NIF_LETTERS[int(number) % 23] == text[-1] and len(set(number)) > 0


def italian(value: bytes) -> bool:
    text = _plain(value)
    total = sum(
        _CODICE_ODD[letter] if place % 2 == 0 else int(letter, 36) - (10 if letter.isalpha() else 0)
        for place, letter in enumerate(text[:15])
    )
    return chr(65 + total % 26) == text[15]


def polish(value: bytes) -> bool:
    numbers = digits(value)
    month = (numbers[2] * 10 + numbers[3]) % 20
    day = numbers[4] * 10 + numbers[5]
    return 1 <= month <= 12 and 1 <= day <= 31 and weighted(numbers, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def swedish(value: bytes) -> bool:
    numbers = digits(value)[-10:]
    month, day = numbers[2] * 10 + numbers[3], numbers[4] * 10 + numbers[5]
    return 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91) and luhn(bytes(48 + number for number in numbers))


def finnish(value: bytes) -> bool:
    text = _plain(value.replace(b"-", b"").replace(b"+", b""))
    number = "".join(character for character in text[:-1] if character.isdigit())
    day, month = int(number[:2]), int(number[2:4])
    return real_date(2000, month, day) and _FINNISH[int(number) % 31] == text[-1]


def norwegian(value: bytes) -> bool:
    numbers = digits(value)
    day, month = (numbers[0] * 10 + numbers[1]) % 40, (numbers[2] * 10 + numbers[3]) % 40
    return (
        real_date(2000, month, day)
        and weighted(numbers, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11 == 0
        and weighted(numbers, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def german_tax(value: bytes) -> bool:
    """Of the first ten digits one occurs twice or three times, the others once at most."""
    numbers = digits(value)
    counts = sorted((numbers[:10].count(number) for number in set(numbers[:10])), reverse=True)
    return numbers[0] != 0 and counts[0] in (2, 3) and counts[1] == 1 and mod_11_10(numbers)


def croatian(value: bytes) -> bool:
    return mod_11_10(digits(value))


def french(value: bytes) -> bool:
    text = _plain(value).replace("2A", "19").replace("2B", "18")
    return text.isdigit() and 97 - int(text[:13]) % 97 == int(text[13:])


def belgian(value: bytes) -> bool:
    number = _plain(value)
    check = int(number[9:])
    return check in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def swiss(value: bytes) -> bool:
    return weighted(digits(value), (1, 3) * 6 + (1,)) % 10 == 0


def czech(value: bytes) -> bool:
    numbers = _plain(value)
    month = int(numbers[2:4]) % 50 % 20
    return len(numbers) == 10 and 1 <= month <= 12 and 1 <= int(numbers[4:6]) <= 31 and int(numbers) % 11 == 0


def romanian(value: bytes) -> bool:
    numbers = digits(value)
    check = weighted(numbers[:12], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    date = real_date(2000, numbers[3] * 10 + numbers[4], numbers[5] * 10 + numbers[6])
    return date and numbers[0] in range(1, 9) and numbers[12] == (1 if check == 10 else check)


def korean(value: bytes) -> bool:
    """The dates are always real; the check digit only for numbers given before October 2020, so it is not asked for."""
    numbers = digits(value)
    century = 1900 if numbers[6] in (1, 2, 5, 6) else 2000
    return real_date(century + numbers[0] * 10 + numbers[1], numbers[2] * 10 + numbers[3], numbers[4] * 10 + numbers[5])


def korean_checked(value: bytes) -> bool:
    numbers = digits(value)
    total = weighted(numbers[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    return korean(value) and numbers[12] in ((11 - total % 11) % 10, (13 - total % 11) % 10)


def chinese(value: bytes) -> bool:
    text = _plain(value)
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return real_date(int(text[6:10]), int(text[10:12]), int(text[12:14])) and "10X98765432"[total % 11] == text[17]


def singaporean(value: bytes) -> bool:
    text = _plain(value)
    total = weighted([int(digit) for digit in text[1:8]], (2, 7, 6, 5, 4, 3, 2)) + {"T": 4, "G": 4, "M": 3}.get(
        text[0], 0
    )
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}[
        text[0]
    ]
    place = total % 11 if text[0] != "M" else 10 - total % 11
    return letters[place] == text[8]


def thai(value: bytes) -> bool:
    numbers = digits(value)
    return (11 - weighted(numbers[:12], tuple(range(13, 1, -1))) % 11) % 10 == numbers[12]


def turkish(value: bytes) -> bool:
    numbers = digits(value)
    tenth = (sum(numbers[0:9:2]) * 7 - sum(numbers[1:8:2])) % 10
    return numbers[0] != 0 and numbers[9] == tenth and numbers[10] == sum(numbers[:10]) % 10 and not filler(numbers)


def south_african(value: bytes) -> bool:
    numbers = digits(value)
    date = real_date(2000, numbers[2] * 10 + numbers[3], numbers[4] * 10 + numbers[5])
    return date and numbers[10] in (0, 1, 2) and luhn(value)


def brazilian_person(value: bytes) -> bool:
    return _CPF(digits(value))


def brazilian_company(value: bytes) -> bool:
    return _CNPJ(digits(value))


def australian_business(value: bytes) -> bool:
    numbers = digits(value)
    return weighted([numbers[0] - 1, *numbers[1:]], (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0


def australian_medicare(value: bytes) -> bool:
    numbers = digits(value)
    return weighted(numbers, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == numbers[8] and not filler(numbers)


def chilean(value: bytes) -> bool:
    text = _plain(value)
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(text[:-1])))
    return "0K987654321"[total % 11] == text[-1]


def argentine(value: bytes) -> bool:
    numbers = digits(value)
    return (11 - weighted(numbers[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 11 == numbers[10]


def taiwanese(value: bytes) -> bool:
    text = _plain(value)
    letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(text[0]) + 10
    return (letter // 10 + letter % 10 * 9 + weighted(digits(value), (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


def dated(value: bytes) -> bool:
    """Begins with a year of two digits, a month and a day."""
    numbers = digits(value)
    return real_date(2000, numbers[2] * 10 + numbers[3], numbers[4] * 10 + numbers[5])

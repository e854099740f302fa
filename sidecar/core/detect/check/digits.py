"""Checksums over digits, as the standards and the authorities that issue the numbers define them.

Rules: separators are ignored here; where they may stand is the pattern's business. A number whose digits are all the
same is never accepted: it passes many checksums and is always a filler.
"""

_VERHOEFF_TIMES = tuple(
    tuple(
        ((a + b) % 5 if b < 5 else (a + b) % 5 + 5) if a < 5 else ((a - b) % 5 + 5 if b < 5 else (a - b) % 5)
        for b in range(10)
    )
    for a in range(10)
)
_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def digits(value: bytes) -> list[int]:
    """The decimal digits of a value, in order."""
    return [code - 48 for code in value if 48 <= code <= 57]


def filler(numbers: list[int]) -> bool:
    """All digits the same."""
    return len(set(numbers)) <= 1


def weighted(numbers: list[int], weights: tuple[int, ...]) -> int:
    """The sum of digits times weights; digits beyond the last weight do not count."""
    return sum(number * weight for number, weight in zip(numbers, weights, strict=False))


def luhn(value: bytes) -> bool:
    """ISO/IEC 7812-1, annex B."""
    numbers = digits(value)
    total = 0
    for place, number in enumerate(reversed(numbers)):
        double = number * 2 if place % 2 else number
        total += double - 9 if double > 9 else double
    return total % 10 == 0 and not filler(numbers)


def verhoeff(value: bytes) -> bool:
    """J. Verhoeff's scheme over the dihedral group of order ten."""
    numbers = digits(value)
    check = 0
    for place, number in enumerate(reversed(numbers)):
        turned = number
        for _ in range(place % 8):
            turned = _VERHOEFF_TURN[turned]
        check = _VERHOEFF_TIMES[check][turned]
    return check == 0 and not filler(numbers)


def mod_97(value: bytes) -> int:
    """The remainder of ISO 7064 mod 97-10, letters counted as 10 to 35."""
    text = "".join(str(int(chr(code), 36)) for code in value if chr(code).isalnum())
    return int(text) % 97 if text else 0


def mod_11_10(numbers: list[int]) -> bool:
    """ISO 7064 mod 11,10 over digits, the last of them the check digit."""
    product = 10
    for number in numbers[:-1]:
        total = (number + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == numbers[-1]


def real_date(year: int, month: int, day: int) -> bool:
    """A date that the calendar has."""
    if not 1 <= month <= 12 or day < 1:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]

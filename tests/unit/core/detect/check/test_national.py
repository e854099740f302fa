"""National numbers: the examples that authorities and their handbooks print, and each with one character changed."""

import pytest

from sidecar.core.detect.check import national

EXAMPLES = [
    (national.us_npi, "1234567893"),
    (national.uk_nhs, "943 476 5919"),
    (national.spanish, "12345678Z"),
    (national.spanish, "X1234567L"),
    (national.italian, "RCCMNL83S18D969H"),
    (national.polish, "44051401458"),
    (national.swedish, "811228-9874"),
    (national.swedish, "19811228-9874"),
    (national.finnish, "131052-308T"),
    (national.german_tax, "86095742719"),
    (national.croatian, "33392005961"),
    (national.french, "255081416802538"),
    (national.belgian, "85.07.30-033.28"),
    (national.swiss, "756.9217.0769.85"),
    (national.czech, "710319/2745"),
    (national.romanian, "1630615123457"),
    (national.turkish, "10000000146"),
    (national.korean_checked, "971013-9019902"),
    (national.chinese, "11010519491231002X"),
    (national.singaporean, "S1234567D"),
    (national.singaporean, "T1234567J"),
    (national.thai, "1234545678781"),
    (national.brazilian_person, "390.533.447-05"),
    (national.brazilian_company, "16.727.230/0001-97"),
    (national.argentine, "20-05536168-2"),
    (national.chilean, "12.531.909-2"),
    (national.taiwanese, "A123456789"),
    (national.australian_business, "51 824 753 556"),
    (national.australian_medicare, "2123 45670 1"),
    (national.south_african, "7503305044089"),
    (national.norwegian, "15108695088"),
    (national.mod_check((1, 4, 3, 7, 5, 8, 6, 9, 10), 11), "123456782"),
]
IDS = [f"{getattr(check, '__name__', check)} {value}" for check, value in EXAMPLES]


@pytest.mark.parametrize(("check", "value"), EXAMPLES, ids=IDS)
def test_the_printed_example_holds(check: object, value: str) -> None:
    assert check(value.encode())


@pytest.mark.parametrize(("check", "value"), EXAMPLES, ids=IDS)
def test_with_another_check_character_it_does_not(check: object, value: str) -> None:
    if check is national.australian_medicare:
        value = value[:-2]  # behind the check digit stands the number of the card
        assert sum(check(f"{value[:-1]}{other} 1".encode()) for other in "0123456789") == 1
        return
    last = value[-1]
    others = "0123456789" if last.isdigit() else "ABCDEFGHJKLMNPQRSTVWXYZ"
    assert sum(check(f"{value[:-1]}{other}".encode()) for other in others if other != last) <= 1


@pytest.mark.parametrize(
    ("check", "value", "good", "note"),
    [
        (national.us_ssn, "588-46-6702", True, ""),
        (national.us_ssn, "000-12-3456", False, "no area 000"),
        (national.us_ssn, "666-12-3456", False, "no area 666"),
        (national.us_ssn, "900-12-3456", False, "a tax number"),
        (national.us_ssn, "123-00-4567", False, "no group 00"),
        (national.us_ssn, "123-45-0000", False, "no serial 0000"),
        (national.us_ssn, "078-05-1120", False, "printed on a sample card"),
        (national.uk_nino, "AB 12 34 56 C", True, ""),
        (national.uk_nino, "GB 12 34 56 C", False, "never given"),
        (national.korean, "960121-1234567", True, ""),
        (national.korean, "961321-1234567", False, "no such month"),
        (national.dated, "850230-12-3456", False, "no such day"),
        (national.dated, "850228-12-3456", True, ""),
        (national.polish, "44131401458", False, "no such month"),
        (national.uk_nhs, "000 000 0000", False, "a filler"),
    ],
)
def test_what_is_never_given(check: object, value: str, good: bool, note: str) -> None:
    assert check(value.encode()) == good, note


def test_two_check_digits() -> None:
    holds = national.two_checks((2,), (3, 2))
    assert holds([1, 9, 1]) == ((1 * 2 * 10) % 11 % 10 == 9 and (3 * 10 + 18 * 10) % 11 % 10 == 1)

"""Secrets and personal data to plant in a conversation, one or more of every family of detectors.

Rules: nothing here is a value. Each is put together at run time from the public beginning of its format and random
characters, so that no two runs plant the same, and nobody can mistake this file for a leak. `line` is how the value
stands in a text; some are only known by the words before them.
"""

import base64
import json
import random
import string
from collections.abc import Callable
from dataclasses import dataclass

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits
BASE32 = string.ascii_uppercase + "234567"


@dataclass(frozen=True, slots=True)
class Planted:
    """`value` must not leave; `line` is the text it stands in; `name` says what it is."""

    name: str
    family: str
    value: str
    line: str


class Maker:
    """Makes values from one seed."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)  # noqa: S311  (these open nothing)

    def some(self, count: int, of: str = ALNUM) -> str:
        """Random characters; neither a letter nor a digit dominates, so that an entropy check is content."""
        return "".join(self._dice.choice(of) for _ in range(count))

    def digits(self, count: int) -> str:
        return self.some(1, "123456789") + self.some(count - 1, string.digits)

    def mail(self) -> str:
        return f"{self.some(9, string.ascii_lowercase)}.{self.some(6, string.ascii_lowercase)}@planted-mail.com"

    def day(self) -> str:
        return f"19{self.some(1, '56789')}{self.some(1, string.digits)}-0{self.some(1, '123456789')}-1{self.digits(1)}"

    def card(self) -> str:
        number = "4" + self.digits(14)
        return number + _luhn(number)

    def iban(self) -> str:
        account = "37040044" + self.digits(10)
        check = 98 - int(account + "131400") % 97  # D is 13, E is 14
        return f"DE{check:02}{account}"

    def jwt(self) -> str:
        head, body = (
            _base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, {"sub": self.some(12)})
        )
        return f"{head}.{body}.{self.some(43)}"

    def private_key(self) -> str:
        begin, end = (f"-----{word} RSA PRIVATE" + " KEY-----" for word in ("BEGIN", "END"))
        body = "\n".join(self.some(64) for _ in range(6))
        return f"{begin}\n{body}\n{end}"


def _luhn(number: str) -> str:
    doubled = [int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(number))]
    return str(-sum(digit // 10 + digit % 10 for digit in doubled) % 10)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


Make = Callable[[Maker], str]

# name, family (a module of the detectors), how it stands in a text, what it is made of
TABLE: tuple[tuple[str, str, str, Make], ...] = (
    ("aws key id", "cloud", "{}", lambda m: "AKIA" + m.some(16, BASE32)),
    ("aws secret key", "cloud", "aws_secret_access_key = {}", lambda m: m.some(40)),
    ("google key", "cloud", "{}", lambda m: "AIza" + m.some(35)),
    ("digitalocean", "cloud", "{}", lambda m: "dop_v1_" + m.some(64, HEX)),
    ("vault", "cloud", "{}", lambda m: "hvs." + m.some(90)),
    ("github", "building", "{}", lambda m: "ghp_" + m.some(36)),
    ("gitlab", "building", "{}", lambda m: "glpat-" + m.some(20)),
    ("npm", "building", "{}", lambda m: "npm_" + m.some(36)),
    ("pypi", "building", "{}", lambda m: "pypi-AgE" + "IcHlwaS5vcmc" + m.some(120)),
    ("anthropic", "services", "{}", lambda m: "sk-ant-" + "api03-" + m.some(93) + "AA"),
    ("openai", "services", "{}", lambda m: "sk-proj-" + m.some(60)),
    ("hugging face", "services", "{}", lambda m: "hf_" + m.some(34, string.ascii_letters)),
    ("slack", "services", "{}", lambda m: f"xoxb-{m.digits(12)}-{m.digits(12)}-{m.some(24)}"),
    ("telegram", "services", "{}", lambda m: f"{m.digits(10)}:A{m.some(34)}"),
    ("stripe", "services", "{}", lambda m: "sk_" + "live_" + m.some(24)),
    ("sendgrid", "services", "{}", lambda m: f"SG.{m.some(22)}.{m.some(43)}"),
    ("airtable", "services", "{}", lambda m: f"pat{m.some(14)}.{m.some(64, HEX)}"),
    ("twitch", "vendors", "twitch_client_secret = '{}'", lambda m: m.some(30, string.ascii_lowercase + string.digits)),
    ("asana", "vendors", "asana_token = '{}'", lambda m: m.some(32, string.ascii_lowercase + string.digits)),
    ("private key", "keys", "{}", Maker.private_key),
    ("jwt", "keys", "{}", Maker.jwt),
    ("database url", "keys", "postgres://app:{}@db.internal:5432/orders", lambda m: m.some(24)),
    ("bearer", "keys", "Authorization: Bearer {}", lambda m: m.some(40)),
    ("password", "assigned", 'DB_PASSWORD="{}"', lambda m: m.some(20)),
    ("client secret", "assigned", 'client_secret = "{}"', lambda m: m.some(32)),
    ("mail", "contact", "{}", Maker.mail),
    ("phone", "contact", "call {}", lambda m: "+4930" + m.digits(8)),
    ("card", "money", "{}", Maker.card),
    ("iban", "money", "{}", Maker.iban),
    ("birth date", "papers", "date of birth: {}", Maker.day),
    ("passport", "papers", "passport number: {}", lambda m: "C" + m.digits(8)),
    ("british nino", "europe", "national insurance {}", lambda m: f"AB{m.digits(6)}C"),
    ("social security", "world", "SSN: {}", lambda m: f"5{m.digits(2)}-{m.digits(2)}-{m.digits(4)}"),
)  # fmt: skip


def planted(seed: str) -> tuple[Planted, ...]:
    """One of each, the same for the same seed."""
    maker = Maker(seed)
    made = ((name, family, line, make(maker)) for name, family, line, make in TABLE)
    return tuple(Planted(name, family, value, line.format(value)) for name, family, line, value in made)


def leaked(planted: Planted, data: bytes) -> bool:
    """Whether the value stands in these bytes: whole or its second half, plainly or escaped as JSON does.

    Half of a short value is no secret: six digits stand anywhere.
    """
    halves = [planted.value[len(planted.value) // 2 :]] if len(planted.value) >= 20 else []
    forms = [form for part in (planted.value, *halves) for form in (part, json.dumps(part)[1:-1])]
    return any(form.encode() in data for form in forms)

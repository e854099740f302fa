"""Is a value that stands behind a telling name a secret?

Strategy: the stronger the name, the less the value has to prove. Behind `password` and in quotes nearly anything that
is not a word, a reference or a stand-in; behind `token` or `key` something drawn at random; without quotes something
that cannot be a piece of code either.
"""

import binascii
import re
from base64 import b64decode

from sidecar.core.detect.check.text import entropy, numbered_name, readable, referring, stand_in, uuid, varied

_CLASSES = re.compile(rb"[A-Z]+|[a-z]+|[0-9]+|[^A-Za-z0-9]+")
_HEX = re.compile(rb"^(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)$")
_NUMBER = re.compile(rb"^[-+]?[0-9][0-9_,.]*$")
_DATE = re.compile(rb"^[a-z]{0,8}-?\d{4}-\d\d-\d\d|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$|^v?\d+\.\d+\.\d+")
# Leaked so often that they are known, though they are words.
_WEAK = frozenset(
    b"qwerty letmein iloveyou dragon monkey sunshine princess football baseball superman batma"
    b"n trustno hunter shadow master "
    b"swordfish qwertyuiop asdfgh asdfghjkl zxcvbn zxcvbnm qazwsx whatever starwars".split()
)
_SAYS_SO = re.compile(rb"(?i)pass(?:word|wd|phrase)|secret|token|api[_-]?key")
_COMMON = re.compile(
    rb"(?i)^(?:my|the|test|new|old|user|db|admin|root|app|a)?[-_ .]?(?:pass(?:word|wd|phrase|"
    rb"code)?|pwd|secret|token|key|api[-_]?key|"
    rb"auth|credentials?|username|user|login|none|null|nil|true|false|string|str|text|bool|int|"
    rb"number|object|hidden|required|optional|"
    rb"empty|unknown|invalid|missing|value|test|basic|bearer|oauth2?|cram-md5|digest-md5|"
    rb"scram-sha-?(?:1|256)|latin-?1|sha(?:1|256|512)|md5|hmac|aes(?:128|256)?|utf-?8|base64|"
    rb"md5|bcrypt|scrypt|pbkdf2|rsa|ecdsa|ed25519|x509|pkcs(?:1|7|8|12))s?[-_ .]?[0-9]{0,2}$"
)


def drawn(value: bytes) -> bool:
    """A value of the right shape behind a vendor's name: varied, and no word of that length."""
    return varied(value) and (any(48 <= code <= 57 for code in value) or not readable(value))


def random_like(value: bytes) -> bool:
    """Drawn, not written."""
    if _NUMBER.match(value) or _DATE.match(value) or _COMMON.match(value) or referring(value) or stand_in(value):
        return False
    if uuid(value):
        return True
    if readable(value):
        return False
    digits = sum(48 <= code <= 57 for code in value)
    letters = sum(chr(code).isalpha() for code in value)
    if _HEX.match(value):
        return len(value) >= 16 and digits >= 2 and entropy(value) >= 2.7
    turns = len(_CLASSES.findall(value))
    if len(value) >= 16:
        return letters >= 4 and (digits >= 2 or turns >= 8) and entropy(value) >= 2.7 and turns >= 4
    return len(value) >= 8 and digits >= 1 and letters >= 2 and turns >= 4 and entropy(value) >= 2.5


def password_like(value: bytes) -> bool:
    """What a person might have typed as a password, standing in quotes."""
    if value.lower() in _WEAK:
        return True
    if len(value) < 4 or _COMMON.match(value) or _DATE.match(value) or referring(value) or stand_in(value):
        return False
    digits = sum(48 <= code <= 57 for code in value)
    letters = sum(chr(code).isalpha() for code in value)
    if numbered_name(value) or (digits == 0 and readable(value)) or (digits < 2 and _SAYS_SO.search(value)):
        return False
    if digits == len(value):
        return len(value) >= 6
    return letters > 0 and len(set(value)) >= 4


def bare_password(value: bytes) -> bool:
    """As `password_like`, without quotes: a digit and a letter, or what no program would write."""
    digits = sum(48 <= code <= 57 for code in value)
    letters = sum(chr(code).isalpha() for code in value)
    return len(value) >= 6 and digits >= 1 and letters >= 2 and password_like(value)


def argument_like(value: bytes) -> bool:
    """Behind a name in a call, where most arguments are names themselves."""
    return random_like(value) or (bare_password(value) and not readable(value))


def key_like(value: bytes) -> bool:
    """Behind nothing more telling than `key`, `salt` or `seed`: long, and no digest or identifier."""
    return len(value) >= 20 and not uuid(value) and not _HEX.match(value) and random_like(value)


def basic_credentials(value: bytes) -> bool:
    """Base64 of `user:password`, as RFC 7617 has it."""
    try:
        decoded = b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in decoded and all(32 <= code < 127 or code >= 0xC3 for code in decoded) and not stand_in(decoded)


def url_password(value: bytes) -> bool:
    """The password of a URL, where every guide writes `user:password@host`."""
    return not (_COMMON.match(value) or referring(value) or stand_in(value) or len(set(value)) < 3)


def jwt(value: bytes) -> bool:
    """The first part decodes to the head of a JOSE object (RFC 7515, section 4)."""
    head = value.split(b".", 1)[0]
    try:
        decoded = b64decode(head + b"=" * (-len(head) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return decoded.startswith(b"{") and decoded.rstrip().endswith(b"}") and decoded.isascii()


def encoded_jwt(value: bytes) -> bool:
    """Base64 of a JWT."""
    try:
        return jwt(b64decode(value[: len(value) // 4 * 4], altchars=b"-_"))
    except (binascii.Error, ValueError):
        return False

"""Does a string look like a secret, or like something that a person or a program wrote to be read?

Strategy: a secret is chosen or drawn so that nobody guesses it; names, words, paths and placeholders are made of
pieces that mean something. So what counts is first what a string *is* (a reference to a variable, a template, a path, a
word), and only then how varied it is.
"""

import re
from collections import Counter
from math import log2

OUR_PLACEHOLDER = re.compile(rb"\[[A-Z][A-Z0-9_]{0,40}_(?:#[0-9a-f]{8,64}|[A-Z2-9]{4,26})\]")

# Words that say "put the real one here" wherever they stand in a value.
_STAND_IN = re.compile(
    rb"(?i)example|change.?(?:me|it|this)|place.?holder|redacted|your[-_. ]?|insert|replace|"
    rb"dummy|sample|notreal|not_real|"
    rb"fake|foobar|lorem|ipsum|xxxx|\*{3}|\.\.\.|12345678|01234567|abcdefgh|abcd1234|deadbeef|"
    rb"todo|fixme|secret[-_ ]?here|"
    rb"some[-_ ]|goes[-_ ]?here|default|undefined|mock"
)
# Beginnings and marks of templates and of references to something else.
_TEMPLATE = re.compile(
    rb"[$#%@]\{|\$\(|^\$[A-Za-z_]|\$[A-Z_]{4}|\{\{|<%|%>|^<|>$|^\{|^%[A-Za-z(]|(?:^|"
    rb"[^0-9A-Za-z])%[sdvq]\b|^@[A-Za-z_]+[./]|"
    rb"^\[|^&[a-z]|ENC\[|^!(?:vault|Ref|Sub|Get)|^\(|\\\(|&#|&[a-z]{2,6};|\\[xu]"
)
_CODE = re.compile(rb"^[\w$.>:-]+\((?:.*\);?)?$|=>|->|::|&&|\|\||^[A-Za-z_]\w*\[.*\]$")
_DOTTED = re.compile(rb"^[A-Za-z_$][\w$]*(?:\[.*\])?(?:\??\.[A-Za-z_$][\w$]*(?:\[.*\])?)+;?$")
_PATH = re.compile(
    rb"^(?:\.{0,2}/|~/|[A-Za-z]:[\\/])|^[a-z][a-z0-9+.-]{1,20}://|\.(?:pem|crt|cer|key|json|"
    rb"ya?ml|txt|xml|html?|js|ts|py|php|"
    rb"java|properties|conf|cfg|ini|env|jks|p12|pfx|md|sh|rb|go|png|jpg|svg|com|org|net|io|"
    rb"local)$"
)
_SLASHED = re.compile(rb"^[\w.-]+(?:/[\w.-]+){2,}/?$")
_UUID = re.compile(rb"(?i)^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$")
_PIECES = re.compile(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_LEET = re.compile(rb"[a-z][0-9][a-z]")
_SEPARATED = re.compile(rb"[A-Za-z][_. -]|[a-z][A-Z]")
_WORDLIKE = re.compile(rb"^[A-Za-z]+$")
_UNLIKELY = re.compile(rb"(?i)[bcdfghjklmnpqrstvwxz]{5}|[aeiou]{4}|(?:q[^u])|[jqxz]{2}|[vwxz][bcdfgjkqz]")


def entropy(value: bytes) -> float:
    """Shannon's, in bits a character."""
    size = len(value)
    return -sum(count / size * log2(count / size) for count in Counter(value).values()) if size else 0.0


def varied(value: bytes) -> bool:
    """For tokens with a distinctive beginning: not a row of x, not a stand-in."""
    return len(set(value)) >= min(5 if value.isdigit() else 10, len(value) // 2) and not _filler(value)


def _filler(value: bytes) -> bool:
    lowered = value.lower()
    return (
        b"example" in lowered
        or b"xxxxx" in lowered
        or b"your" in lowered
        or b"*****" in lowered
        or b"00000000" in lowered
        or b"aaaaaaaa" in lowered
        or b"abcdefghij" in lowered
    )


def referring(value: bytes) -> bool:
    """A template, a piece of code or a path: it leads to a value and is none."""
    if _DOTTED.match(value) and (
        sum(48 <= code <= 57 for code in value) < 3
        or any(len(part) > 5 and readable(part) for part in value.split(b"."))
    ):
        return True
    if _SLASHED.match(value) and any(len(part) > 3 and part.islower() and readable(part) for part in value.split(b"/")):
        return True
    return bool(_TEMPLATE.search(value) or _CODE.search(value) or _PATH.search(value) or OUR_PLACEHOLDER.search(value))


def stand_in(value: bytes) -> bool:
    """Says itself that it is not the real thing, or repeats itself."""
    return bool(_STAND_IN.search(value)) or len(set(value)) <= max(2, min(4, len(value) // 4))


def readable(value: bytes) -> bool:
    """Made of words, as names and labels are: `access_token`, `getUserName`, `Two words`, `X-Api-Key-2`."""
    letters = sum(chr(code).isalpha() for code in value)
    if letters < 0.6 * len(value):
        return False
    pieces = _PIECES.findall(value)
    words = [piece for piece in pieces if _WORDLIKE.match(piece) and _word(piece)]
    return sum(len(word) for word in words) >= 0.75 * letters and sum(piece.isdigit() for piece in pieces) <= 1


def numbered_name(value: bytes) -> bool:
    """A name of several words with one digit, such as `user_password_2`; `hunter22` is none."""
    digits = sum(48 <= code <= 57 for code in value)
    return digits <= 1 and readable(value) and bool(_SEPARATED.search(value)) and not _LEET.search(value)


def _word(piece: bytes) -> bool:
    if len(piece) <= 2:
        return False
    vowels = sum(piece.lower().count(vowel) for vowel in (b"a", b"e", b"i", b"o", b"u", b"y"))
    return 0.15 <= vowels / len(piece) <= 0.8 and not _UNLIKELY.search(piece)


def uuid(value: bytes) -> bool:
    return bool(_UUID.match(value))

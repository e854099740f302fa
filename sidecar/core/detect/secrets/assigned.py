"""Values that code and configuration give to a telling name: in quotes, bare, in XML, in a call, in a sentence.

Rules: one detector for each way of writing, each of which has one way to be read. What the value has to prove depends
on the name (see `check.secret`).
"""

from sidecar.core.detect.check.secret import argument_like, bare_password, key_like, password_like, random_like
from sidecar.core.model.detector import Detector, Validator

_PASSWORDS = r"passw(?:or)?ds?|passwd|passphrase|passcode|passwort|kennwort|contrase(?:n|ñ)a|senha|pwd"
_SHORT = r"(?:\b|_|\.|-)(?:pass|pw|psw|pswd|pin|cred|creds)(?:[_\-.]?(?:[0-9]{1,3}|db|ssh|root|admin|user))?"
_TOKENS = (
    r"secret|(?:\A|[^yY])token|api[_\-. ]?keys?|access[_\-. ]?key|auth[_\-. ]?key|"
    r"private[_\-. ]?key|encrypt(?:ion)?[_\-. ]?key|sign(?:ing|ature)?[_\-. ]?key|"
    r"master[_\-. ]?key|account[_\-. ]?key|shared[_\-. ]?key|session[_\-. ]?key|"
    r"service[_\-. ]?key|app(?:lication)?[_\-. ]?key|"
    r"license[_\-. ]?key|subscription[_\-. ]?key|consumer[_\-. ]?key|ssh[_\-. ]?key|"
    r"credentials?|authorization|auth\b|oauth"
)
# The rest of the name, unless it ends in `id`: an identifier of a secret is none.
_TAIL = r"(?:[\w.\-]{0,15}[a-ce-zA-CE-Z0-9_.\-]|[\w.\-]{0,14}[a-hj-zA-HJ-Z0-9_.\-][dD])?"
_KEYS = r"(?:\b|_|\.|-)(?:key|salt|pepper|seed|hmac|jwt|auth)(?:[_\-.]?(?:[0-9]{1,3}|value|string|str|hash))?"
_NAMES: tuple[tuple[str, str, str, str, Validator, Validator], ...] = (
    ("password", "PASSWORD", _PASSWORDS, _TAIL, password_like, bare_password),
    ("password-short", "PASSWORD", _SHORT, "", password_like, bare_password),
    ("secret", "SECRET", _TOKENS, _TAIL, random_like, random_like),
    ("key", "KEY", _KEYS, "", key_like, key_like),
)
_CLOSE = r"""["'`\\\])]{0,3}\s{0,4}"""
_OPEN = r"""\s{0,4}[rbuf@]?\\?["'`]"""
_QUOTED = r"""([!#-&(-_a-~]{4,200}?)\\?["'`]"""
_BARE = r"([A-Za-z0-9!#$%*+/_@^~][A-Za-z0-9!#$%*+/_@^~.=:?\-]{4,400})"
_OPERATORS = r"(?::{0,3}=>?|[?.+|!=]==?|[=:]|=>|<-|\|\||\?\?)"


def _ways(name: str, label: str, words: str, tail: str, quoted: Validator, bare: Validator) -> tuple[Detector, ...]:
    start = rf"(?i:{words}){tail}"
    ways = (
        ("quoted", rf"{start}{_CLOSE}{_OPERATORS}{_OPEN}{_QUOTED}", quoted),
        ("typed", rf"{start}(?:\s?:)?\s[A-Za-z][\w\[\]]{{0,16}}\s{{0,2}}={_OPEN}{_QUOTED}", quoted),
        (
            "bare",
            rf"{start}[\"'\]\\]{{0,2}}[ \t]{{0,4}}(?::{{0,3}}=|[?.+]=|[=:]|"
            rf"=>)[ \t]{{0,4}}{_BARE}(?:[\s,;&\"'<>)\\}}|\]]|\z)",
            bare,
        ),
        ("environment", rf"(?:ENV|ARG|set|setx|export) {{1,2}}\w{{0,16}}{start} {{1,2}}{_BARE}(?:[\s;]|\z)", bare),
        ("element", rf"{start}[\"']?>\s{{0,12}}{_BARE}(?:[\s<]|\z)", bare),
        (
            "call",
            rf"\([\"']?[\w.\-]{{0,18}}(?i:{words}){tail}[\"']?\s?,\s{{0,2}}[\"']{_QUOTED}",
            argument_like if quoted is password_like else quoted,
        ),
        ("given", rf"(?i:{words})\w{{0,16}}\(\s{{0,2}}[\"']{_QUOTED}", quoted),
        ("attribute", rf"{start}[\"']\s{{1,3}}[Vv]alue\s?=\s?{_OPEN}{_QUOTED}", quoted),
    )
    return tuple(Detector(f"secret/{name}-{way}", label, pattern, 1, validate) for way, pattern, validate in ways)


DETECTORS = (
    *(detector for row in _NAMES for detector in _ways(*row)),
    Detector(
        "secret/password-said",
        "PASSWORD",
        rf"(?i:{_PASSWORDS}|passcode)\s(?:is|was|to)\s?:?\s[\"'`]?([!#-&(-_a-~]{{6,64}})",
        1,
        bare_password,
    ),
    Detector(
        "secret/password-sql",
        "PASSWORD",
        rf"(?i:identified\s(?:with\s\w{{1,30}}\s)?by|password)\s{{1,3}}'{_QUOTED}",
        1,
        password_like,
    ),
)

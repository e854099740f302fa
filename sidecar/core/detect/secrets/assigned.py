"""Values that code and configuration give to a telling name: in quotes, bare, in XML, in a call, in a sentence.

Rules: one detector for each way of writing, each of which has one way to be read. What the value has to prove depends on
the name (see `check.secret`).
"""

from sidecar.core.detect.check.secret import bare_password, password_like, random_like
from sidecar.core.model.detector import Detector, Validator

_PASSWORDS = r"passw(?:or)?ds?|passwd|passphrase|passcode|passwort|kennwort|contrase(?:n|ñ)a|senha|pwd"
_SHORT = r"(?:\b|_|\.|-)(?:pass|pw|psw|pswd|pin|cred|creds)(?:[_\-.]?(?:[0-9]{1,3}|db|ssh|root|admin|user|word))?"
_TOKENS = (
    r"secret|token|api[_\-. ]?keys?|access[_\-. ]?key|auth[_\-. ]?key|private[_\-. ]?key|encrypt(?:ion)?[_\-. ]?key|sign(?:ing|ature)?[_\-. ]?key|"
    r"master[_\-. ]?key|account[_\-. ]?key|shared[_\-. ]?key|session[_\-. ]?key|service[_\-. ]?key|app(?:lication)?[_\-. ]?key|"
    r"license[_\-. ]?key|subscription[_\-. ]?key|consumer[_\-. ]?key|ssh[_\-. ]?key|credentials?|authorization|auth\b|oauth"
)
_NAMES: tuple[tuple[str, str, str, str, Validator, Validator], ...] = (
    ("password", "PASSWORD", _PASSWORDS, r"[\w.\-]{0,20}", password_like, bare_password),
    ("password-short", "PASSWORD", _SHORT, "", password_like, bare_password),
    ("secret", "SECRET", _TOKENS, r"[\w.\-]{0,20}", random_like, random_like),
)
_CLOSE = r"""["'`\\\])]{0,3}\s{0,4}"""
_OPEN = r"""\s{0,4}[rbuf@]?\\?["'`]"""
_QUOTED = r"""([!#-&(-_a-~]{4,200}?)\\?["'`]"""
_BARE = r"([A-Za-z0-9!#$%&*+/_@^~][A-Za-z0-9!#$%&*+/_@^~.=:?\-]{4,400})"
_OPERATORS = r"(?::{0,3}=>?|[?.+|!=]==?|[=:]|=>|,|\(|<-|\|\||\?\?)"


def _ways(name: str, label: str, words: str, tail: str, quoted: Validator, bare: Validator) -> tuple[Detector, ...]:
    start = rf"(?i:{words}){tail}"
    ways = (
        ("quoted", rf"{start}{_CLOSE}{_OPERATORS}{_OPEN}{_QUOTED}", quoted),
        ("typed", rf"{start}(?:\s?:)?\s[A-Za-z][\w\[\]]{{0,16}}\s{{0,2}}={_OPEN}{_QUOTED}", quoted),
        ("bare", rf"{start}[\"'\]\\]{{0,2}}[ \t]{{0,4}}(?::{{0,3}}=|[?.+]=|[=:]|=>)[ \t]{{0,4}}{_BARE}(?:[\s,;\"'<>)\\}}|\]]|\z)", bare),
        ("element", rf"{start}[\"']?>\s{{0,12}}{_BARE}(?:[\s<]|\z)", bare),
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
        rf"(?i:identified\s(?:with\s\w{{1,30}}\s)?by|password)\s{{1,3}}{_QUOTED.join(('[' + chr(39) + ']', ''))}",
        1,
        password_like,
    ),
)

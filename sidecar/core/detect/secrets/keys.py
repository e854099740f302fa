"""Keys, tokens and passwords that standards give a form: PEM, JWT, HTTP authorization, URLs, password hashes."""

from sidecar.core.detect.check.secret import basic_credentials, encoded_jwt, jwt, random_like, url_password
from sidecar.core.model.detector import Detector

# Between the lines of a key: white space, also as `\n` in a string, and what languages and diffs put there.
_BREAK = r"""(?:[\s"'+,|>*#]|\\[nrt])"""
_PRIVATE_KEY = (
    r"-----BEGIN[ A-Z0-9]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    rf"(?:{_BREAK}*(?:[A-Za-z0-9+/=]{{20,}}|(?:Proc-Type|DEK-Info|Version|Comment): [\w ,.:()/+\-]{{0,80}}))*"
    rf"(?:{_BREAK}*[A-Za-z0-9+/=]{{0,80}}{_BREAK}*-----END[ A-Z0-9]{{0,40}}-----)?"
)
_TYPED = r"[!$%&(-.0-9;=A-Z\[\\\]^_a-z{|}~*]"

DETECTORS = (
    Detector("secret/private-key", "PRIVATE_KEY", _PRIVATE_KEY),
    Detector(
        "secret/putty-key",
        "PRIVATE_KEY",
        r"Private-Lines: [0-9]{1,3}\s{1,2}([A-Za-z0-9+/=]{20,}(?:\s{1,2}[A-Za-z0-9+/=]{2,})*)",
        value_group=1,
    ),
    Detector(
        "secret/jwt",
        "JWT",
        r"\be[yw][A-Za-z0-9_\-]{15,1000}\.(?:[A-Za-z0-9_\-]{4,}|\.[A-Za-z0-9_\-]{8,})(?:\.[A-Za-z0-9_\-]*){0,3}",
        validate=jwt,
    ),
    Detector("secret/jwt-base64", "JWT", r"\bZXlK[A-Za-z0-9+/_\-]{60,}={0,2}", validate=encoded_jwt),
    Detector(
        "secret/url-password",
        "PASSWORD",
        rf"[A-Za-z][A-Za-z0-9+.\-]{{1,20}}://[A-Za-z0-9_.%+$~\-]{{0,38}}:({_TYPED}{{3,128}})@",
        value_group=1,
        validate=url_password,
    ),
    Detector(
        "secret/authorization-basic",
        "AUTHORIZATION",
        r"(?i:basic)\s{1,2}([A-Za-z0-9+/]{6,300}={0,2})(?:[^A-Za-z0-9+/=]|\z)",
        value_group=1,
        validate=basic_credentials,
    ),
    Detector(
        "secret/authorization-bearer",
        "AUTHORIZATION",
        r"(?i:bearer|authorization\W{1,5}token|apikey)\s{1,2}([A-Za-z0-9_\-.~+/]{16,1000}={0,2})",
        value_group=1,
        validate=random_like,
    ),
    Detector(
        "secret/authorization-header",
        "AUTHORIZATION",
        r"""(?i:authorization)["']?\s{0,3}[:=,]\s{0,3}["']?(?:[A-Za-z][A-Za-z\-]{1,13}\s{1,2})?([A-Z"""
        r"""a-z0-9][A-Za-z0-9_\-.~+/]{15,1000}={0,2})""",
        value_group=1,
        validate=random_like,
    ),
    Detector(
        "secret/command-user",
        "PASSWORD",
        r"""\s(?:-u|--user|--proxy-user)[= ]{0,2}["']?[A-Za-z0-9_.@\-]{1,40}:["']?([!$%&*-.0-9=A-Z^_a-z~]{3,100})""",
        value_group=1,
        validate=url_password,
    ),
    Detector(
        "secret/command-password",
        "PASSWORD",
        r"""(?:sshpass\s{1,2}-p|mysql\w{0,10}\s[^\n"']{0,36}\s-p)\s?["']?([!$%&*-.0-9=A-Z^_a-z~@#]{4,100})""",
        value_group=1,
        validate=url_password,
    ),
    Detector(
        "secret/netrc-password",
        "PASSWORD",
        r"login\s{1,2}[A-Za-z0-9_.@+\-]{1,40}\s{1,4}password\s{1,2}([!-~]{3,100})",
        value_group=1,
        validate=url_password,
    ),
    Detector(
        "secret/password-hash",
        "PASSWORD_HASH",
        r"\$(?:2[abxy]?\$\d{2}\$[./A-Za-z0-9]{53}|(?:[156y]|apr1)\$[./A-Za-z0-9=$,]{20,140})",
    ),
    Detector(
        "secret/argon2-hash",
        "PASSWORD_HASH",
        r"\$argon2(?:id|i|d)\$v=\d+\$[a-z]=[0-9a-z,=]{3,40}\$[A-Za-z0-9+/]{8,90}\$[A-Za-z0-9+/]{16,120}",
    ),
)

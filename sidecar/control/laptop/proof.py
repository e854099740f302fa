"""What this machine has to show: a file, a variable, standard input, a pod's or a CI job's token."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from urllib.parse import quote

from sidecar.control.laptop.said import NoToken, text
from sidecar.core.errors import ConfigurationError

TYPE = "urn:ietf:params:oauth:token-type:"
TYPES: Mapping[str, str] = {name: TYPE + name for name in ("jwt", "id_token", "access_token", "saml2")}
# Where charts mount a token made for us, then where Kubernetes mounts its own.
POD_TOKENS = (
    Path("/var/run/secrets/gatehouse/token"),
    Path("/var/run/secrets/kubernetes.io/serviceaccount/token"),
)
GITHUB_URL, GITHUB_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
LARGEST = 1 << 20
WITHIN = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Proof:
    """`name`: the same for the same proof, so that its token is found again. `read`: when it is needed."""

    name: str
    kind: str
    read: Callable[[], str] = field(repr=False)


def from_file(file: Path, kind: str) -> Proof:
    value = _read(file)
    return Proof(_hash(value), kind, lambda: value)


def from_variable(name: str, environ: Mapping[str, str], kind: str) -> Proof:
    value = environ.get(name, "").strip()
    if not value:
        raise ConfigurationError.single("--from", f"the environment variable {name} is not set")
    return Proof(_hash(value), kind, lambda: value)


def from_input(stream: TextIO, kind: str) -> Proof:
    value = stream.read(LARGEST).strip()
    if not value:
        raise ConfigurationError.single("--from", "nothing came on standard input")
    return Proof(_hash(value), kind, lambda: value)


def of_pod() -> Proof:
    file = next((one for one in POD_TOKENS if one.exists()), None)
    if file is None:
        raise ConfigurationError.single("--kubernetes", f"there is no service account token at {POD_TOKENS[0]}")
    return from_file(file, TYPES["jwt"])


def of_github(environ: Mapping[str, str], audience: str) -> Proof:
    """A job's token is asked for: GitHub gives one for the audience that it is told."""
    address, own = environ.get(GITHUB_URL), environ.get(GITHUB_TOKEN)
    if not address or not own:
        raise ConfigurationError.single(
            "--github", f"{GITHUB_URL} is not set: give the job `permissions: {{id-token: write}}`"
        )

    def read() -> str:
        import httpx  # noqa: PLC0415  (a tenth of a second that a cached token should not cost)

        try:
            asked = f"{address}&audience={quote(audience)}"
            answer = httpx.get(asked, headers={"authorization": f"Bearer {own}"}, timeout=WITHIN)
            answer.raise_for_status()
            return text(answer.json(), "value")
        except (httpx.HTTPError, ValueError) as error:
            raise NoToken(f"GitHub gave no token for this job: {error}") from error

    return Proof(_hash(own), TYPES["jwt"], read)


def _read(file: Path) -> str:
    try:
        with file.open() as opened:
            return opened.read(LARGEST).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError.single(str(file), f"cannot be read: {error}") from error


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()

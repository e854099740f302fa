"""Where the record's database is, and a client of it.

Rules:
- The address is the one in the configuration; its path names the database. User and password are in a file or in the
  environment, read when a connection is made, so that a changed password needs no restart.
- Whatever the database or the way to it says becomes a `Trouble`: one sentence, and whether waiting may help.
"""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError

from sidecar.core.errors import ConfigurationError, GatehouseError
from sidecar.settings.environment import environment
from sidecar.settings.values import Record

# It logs statements, with what stands in them; what went wrong is told as a `Trouble`.
logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL + 1)

DATABASE = "gatehouse"
CONNECT, ANSWER = 5, 120  # seconds
UNKNOWN_DATABASE = 81
# Codes of ClickHouse (src/Common/ErrorCodes.cpp) that say something about what was sent, not about the server.
ABOUT_THE_DATA = frozenset(
    (6, 26, 27, 32, 33, 36, 38, 41, 53, 69, 70, 72, 117, 130, 131, 190, 248, 321, 349, 407, 441, 469, 691)
)
RIGHTS = frozenset((81, 164, 192, 193, 194, 497, 516))
REASONS = ("away", "rights", "schema", "spool", "other")
SENTENCES = {
    81: "there is no such database, and this user may not create it",
    192: "the user is not known there",
    193: "the password is wrong",
    194: "a password is needed",
    497: "the user lacks a right",
    516: "user or password is wrong",
    60: "a table is missing",
    164: "the user may only read",
}


class Trouble(GatehouseError):  # noqa: N818  (named for what it is)
    """The database did not do what was asked. `about_the_data`: another try with the same rows says the same."""

    def __init__(self, sentence: str, code: int = 0) -> None:
        super().__init__(sentence)
        self.code = code

    @property
    def about_the_data(self) -> bool:
        return self.code in ABOUT_THE_DATA

    @property
    def reason(self) -> str:
        """One of `REASONS`, for a metric."""
        return "away" if not self.code else "rights" if self.code in RIGHTS else "other"


@dataclass(frozen=True, slots=True)
class Place:
    """Which database, and as whom."""

    address: str
    user: str = "default"
    password_file: Path | None = None
    password_env: str | None = None
    cluster: str | None = None
    ca: Path | None = None

    @property
    def database(self) -> str:
        return unquote(urlsplit(self.address).path.strip("/")) or DATABASE

    def __repr__(self) -> str:
        return f"Place({self.address!r}, user={self.user!r})"


def place(record: Record) -> Place:
    """As the configuration says."""
    if record.clickhouse is None:
        raise ConfigurationError.single("record.clickhouse", "is not set: there is no database to ask")
    database = record.database
    return Place(
        record.clickhouse, database.user, database.password_file, database.password_env, database.cluster, database.ca
    )


def connected(place: Place, *, create: bool = False) -> Client:
    """A client whose database is there. `create`: make it if it is not."""
    try:
        return _client(place, place.database)
    except Trouble as trouble:
        if not create or trouble.code != UNKNOWN_DATABASE:
            raise
    client = _client(place, "default")
    on = f" ON CLUSTER `{place.cluster}`" if place.cluster else ""
    with told(place.address):
        client.command(f"CREATE DATABASE IF NOT EXISTS `{place.database}`{on}")
    client.close()
    return _client(place, place.database)


@contextmanager
def told(where: str) -> Iterator[None]:
    """What goes wrong in here is a `Trouble`."""
    try:
        yield
    except ClickHouseError as error:
        raise _trouble(where, error) from error
    except OSError as error:
        raise Trouble(f"{where}: the database does not answer ({type(error).__name__})") from error


def _trouble(where: str, error: ClickHouseError) -> Trouble:
    code = int(getattr(error, "code", None) or 0)
    if isinstance(error, OperationalError):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            said = "its certificate is not of an authority that is trusted here, or not for this name: see record.ca"
            return Trouble(f"{where}: {said}", code)
        return Trouble(f"{where}: the database does not answer", code)
    if not code:
        return Trouble(f"{where}: the database does not answer as ClickHouse does ({type(error).__name__})")
    name = getattr(error, "name", None) or ""
    return Trouble(f"{where}: {SENTENCES.get(code, 'the database refuses')} (code {code} {name})".rstrip(), code)


def _client(place: Place, database: str) -> Client:
    parts = urlsplit(place.address)
    secure = parts.scheme == "https"
    with told(place.address):
        return clickhouse_connect.get_client(
            host=parts.hostname,
            port=parts.port or (8443 if secure else 8123),
            interface="https" if secure else "http",
            username=place.user,
            password=_password(place),
            database=database,
            compress="lz4",
            connect_timeout=CONNECT,
            send_receive_timeout=ANSWER,
            # A session would make the server refuse a second request while the first one still runs.
            autogenerate_session_id=False,
            query_retries=0,
            ca_cert=_authority(place),
        )


def _authority(place: Place) -> str | None:
    if place.ca is None:
        return None
    try:
        ssl.create_default_context(cafile=place.ca)
    except OSError as error:
        why = "holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
        raise Trouble(f"record.ca: {place.ca} cannot be used ({why})") from error
    return str(place.ca)


def _password(place: Place) -> str:
    if place.password_env is not None:
        return environment().get(place.password_env, "")
    return place.password_file.read_text("utf-8").rstrip("\r\n") if place.password_file else ""

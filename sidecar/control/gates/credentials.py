"""The gate side's certificate, taken up again when its files change (cert-manager renews them).

Strategy: gRPC asks for each new connection; connections that stand keep what they began with. So no call is dropped.

Rules: files are read again when one of them has another time, size or inode. A pair that cannot be read or does not
fit together, as between the writing of the one file and of the other, changes nothing: the last good one stays.
"""

import logging
import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

import grpc

log = logging.getLogger(__name__)
Marks = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class ServerTls:
    """`client_ca`: only data planes with a certificate of this authority."""

    certificate: Path
    key: Path
    client_ca: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        return tuple(path for path in (self.certificate, self.key, self.client_ca) if path)


def credentials(tls: ServerTls) -> grpc.ServerCredentials:
    """Raises `OSError` (also `ssl.SSLError`) for what cannot be used now."""
    renewed = Renewed(tls)  # before the first reading: what changes meanwhile is seen as a change
    # Nothing means "as before", which the type does not say.
    return grpc.dynamic_ssl_server_credentials(_read(tls), renewed, tls.client_ca is not None)  # type: ignore[arg-type]


class Renewed:
    """What gRPC asks, in threads of its own: the new configuration, or nothing where it stays."""

    def __init__(self, tls: ServerTls) -> None:
        self._tls = tls
        self._lock = threading.Lock()
        self._seen = marks(*tls.files)

    def __call__(self) -> grpc.ServerCertificateConfiguration | None:
        with self._lock:
            try:
                now = marks(*self._tls.files)
                if now == self._seen:
                    return None
                read = _read(self._tls)
            except OSError as error:
                log.warning("the changed certificate of control.gates cannot be used yet: %s", error)
                return None
            self._seen = now
        log.info("the certificate of control.gates was taken up again")
        return read


def _read(tls: ServerTls) -> grpc.ServerCertificateConfiguration:
    fitting(tls.certificate, tls.key)
    authority = tls.client_ca.read_bytes() if tls.client_ca else None
    return grpc.ssl_server_certificate_configuration([(tls.key.read_bytes(), tls.certificate.read_bytes())], authority)


def fitting(certificate: Path, key: Path) -> None:
    """Raises `OSError` (`ssl.SSLError` is one) unless they can be read and belong together."""
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)


def marks(*files: Path) -> Marks:
    """A mounted secret is a link whose target is exchanged: `stat` follows it, and the inode is another."""
    found = (path.stat() for path in files)
    return tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)

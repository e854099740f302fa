import datetime
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sidecar.control.tokens.kubernetes import REVIEWS, Kubernetes
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.core.model.claims import Mapped
from sidecar.settings.tokens import Review, Source, SourceKind
from tests.unit.control.tokens.rig import NOW, Clock, KnownKeys, Signer, claims

SIGNER = Signer("cluster", "RS256")
CLUSTER = Source(
    "cluster", SourceKind.KUBERNETES, "https://kubernetes.default.svc.cluster.local", ("gatehouse",), "sub",
    mapped=(
        Mapped({"namespace": "agents", "serviceaccount": "*"}, ("agents",)),
        Mapped({"pod": "batch-*"}, ("batch",)),
    ),
)  # fmt: skip


def account(
    namespace: str = "agents", name: str = "coder", pod: str = "coder-1", **changed: object
) -> dict[str, object]:
    bound = {"namespace": namespace, "serviceaccount": {"name": name}, "pod": {"name": pod}}
    subject = f"system:serviceaccount:{namespace}:{name}"
    return claims(**{"iss": CLUSTER.issuer, "sub": subject, "aud": ["gatehouse"], "kubernetes.io": bound, **changed})


def cluster(source: Source = CLUSTER) -> Kubernetes:
    return Kubernetes(source, KnownKeys(SIGNER), Clock())


@pytest.mark.parametrize(
    ("said", "groups"), [(account(), ("agents",)), (account("jobs", "b", "batch-7"), ("batch",))],
)  # fmt: skip
async def test_accounts(said: dict[str, object], groups: tuple[str, ...]) -> None:
    proven = await cluster().prove(SIGNER.sign(said))
    assert (proven.subject, proven.groups, proven.once) == (said["sub"], groups, False)


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (account("other"), "an account that no line speaks of"),
        (account(aud=["https://kubernetes.default.svc"]), "the token that every pod has"),
        (account(exp=None), "an old token that never ends"),
        (account(exp=NOW - 300), "expired"),
        (account(sub="system:node:n1", namespace="agents"), "a node that says it is in a namespace"),
        (account(sub="system:serviceaccount:agents"), "half an account"),
        (account(namespace="other", **{"kubernetes.io": {"namespace": "agents"}}), "the name counts, not the binding"),
        (account(iss="https://other"), "another cluster"),
    ],
)
async def test_who_is_refused(said: dict[str, object], note: str) -> None:
    with pytest.raises(TokenRefused):
        await cluster().prove(SIGNER.sign({k: v for k, v in said.items() if v is not None}))


class Api:
    """A cluster's API server, over TLS with an authority of its own."""

    def __init__(self, folder: Path) -> None:
        self.status: dict[str, object] = {}
        self.code = 201
        self.asked: list[tuple[str, str, dict[str, object]]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                api.asked.append((self.path, self.headers["authorization"], body))
                answer = json.dumps({"status": api.status}).encode()
                self.send_response(api.code)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate(folder))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)


def certificate(folder: Path) -> tuple[Path, Path]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "api.crt", folder / "api.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    running = Api(tmp_path)
    yield running
    running.stop()


def reviewed(api: Api, folder: Path) -> Kubernetes:
    (folder / "own.token").write_text("own-token\n")
    return cluster(replace(CLUSTER, review=Review(api.url, folder / "own.token", folder / "api.crt")))


YES = {
    "authenticated": True,
    "user": {"username": "system:serviceaccount:agents:coder"},
    "audiences": ["gatehouse"],
}


async def test_the_cluster_is_asked(api: Api, tmp_path: Path) -> None:
    api.status = YES
    token = Signer("unknown").sign(account())
    assert (await reviewed(api, tmp_path).prove(token)).groups == ("agents",)
    path, bearer, body = api.asked[0]
    assert (path, bearer) == (REVIEWS, "Bearer own-token")
    assert body["spec"] == {"token": token, "audiences": ["gatehouse"]}


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ({**YES, "authenticated": False}, "it says no"),
        ({**YES, "authenticated": "true"}, "it says something like yes"),
        ({**YES, "audiences": ["https://kubernetes.default.svc"]}, "for another audience"),
        ({**YES, "audiences": None}, "it does not know audiences"),
        ({**YES, "user": {"username": "system:serviceaccount:agents:other"}}, "somebody else's"),
        ({}, "it says nothing"),
    ],
)
async def test_the_cluster_does_not_vouch(api: Api, tmp_path: Path, status: dict[str, object], note: str) -> None:
    api.status = status
    with pytest.raises(TokenRefused):
        await reviewed(api, tmp_path).prove(SIGNER.sign(account()))


async def test_a_cluster_that_cannot_be_asked(api: Api, tmp_path: Path) -> None:
    made = reviewed(api, tmp_path)
    api.status, api.code = YES, 403
    with pytest.raises(TokenRefused, match="cannot be asked"):
        await made.prove(SIGNER.sign(account()))
    (tmp_path / "own.token").unlink()
    with pytest.raises(TokenRefused, match="cannot be asked"):
        await made.prove(SIGNER.sign(account()))

"""What was written, as what the program uses: paths made absolute, defaults that depend on others filled in.

Rule: by now everything is known to be right; nothing here can fail.
"""

from dataclasses import replace
from pathlib import Path

from sidecar.core.model.connection import Kind
from sidecar.settings import values
from sidecar.settings import written as w
from sidecar.settings.written_control import control_from, url_of
from sidecar.settings.written_oauth import oauth_from
from sidecar.settings.written_policies import PoliciesSection, bundle_from
from sidecar.settings.written_record import AnchorSection, RecordSection
from sidecar.settings.written_tokens import exchange_from
from sidecar.settings.written_workload import workload_from

STARTER = Path(__file__).parent.parent / "rulebook" / "starter.yaml"


def settings_from(written: w.Written, file: Path | None, folder: Path) -> values.Settings:
    state = folder / written.state
    return values.Settings(
        file=file,
        state=state,
        listen=values.Listen(written.listen.address, written.listen.port, _tls(written.listen.tls, folder)),
        providers=tuple(_provider(provider, folder) for provider in written.identity.providers),
        connections=tuple(
            _simulated(_upstream(connection, folder), written, state) for connection in written.connections
        ),
        policies=_patterns(written.policies, folder),
        record=_record(written.record, folder, state, url_of(written.control)),
        control=url_of(written.control),
        control_plane=control_from(written.control, folder, state),
        restore=values.Restore(written.restore.survive_restart, _path(written.restore.key_file, folder)),
        mask_key_file=_path(written.mask.key_file, folder),
        limits=values.Limits(**written.limits.model_dump()),
        metrics=values.Metrics(written.metrics.address, written.metrics.port),
        envoy=_envoy(written.envoy, folder, state),
        development=values.Development(**written.development.model_dump()),
        exchange=exchange_from(written.identity.exchange, url_of(written.control), folder, state),
        workload=workload_from(written.identity.workload, folder),
        log=values.Log(written.log.level, written.log.format),
        bundle=bundle_from(written.policies.bundle, folder),
    )


def _patterns(written: PoliciesSection, folder: Path) -> tuple[str, ...]:
    patterns = tuple(str(folder / pattern) for pattern in written.files)
    return patterns if patterns or written.bundle else (str(STARTER),)


def _path(text: str | None, folder: Path) -> Path | None:
    return folder / text if text is not None else None


def _tls(tls: w.TlsSection | None, folder: Path) -> values.Tls | None:
    return values.Tls(folder / tls.certificate, folder / tls.key) if tls else None


def _provider(provider: w.ProviderSection, folder: Path) -> values.Provider:
    return values.Provider(
        name=provider.name,
        issuer=provider.issuer,
        audiences=provider.audiences,
        jwks=values.Jwks(provider.jwks.url, _path(provider.jwks.file, folder)),
        claims=values.Claims(provider.claims.subject, provider.claims.groups),
    )


def _upstream(connection: w.ConnectionSection, folder: Path) -> values.Upstream:
    written = connection.credential
    credential = _credential(written, folder, connection.url) if written else None
    return values.Upstream(
        connection.name,
        connection.kind,
        connection.url,
        connection.path,
        credential,
        connection.upgrades,
        connection.upgrade_timeout,
    )


def _credential(credential: w.CredentialSection, folder: Path, server: str) -> values.CredentialSource:
    header, prefix = credential.carried()
    source, oauth = credential.source, credential.oauth
    return values.CredentialSource(
        header=header,
        prefix=prefix,
        env=source.env if source else None,
        file=_path(source.file, folder) if source else None,
        oauth=oauth_from(oauth, folder, server) if oauth else None,
    )


def _simulated(upstream: values.Upstream, written: w.Written, state: Path) -> values.Upstream:
    """Where the simulator stands in for Claude, with a key that only the two of them know."""
    if not written.development.simulator or upstream.kind is not Kind.CLAUDE:
        return upstream
    credential = values.CredentialSource(header="x-api-key", prefix="", env=None, file=state / "simulator.key")
    url = f"http://127.0.0.1:{written.development.simulator_port}"
    return replace(upstream, url=url, credential=credential)


def _record(record: RecordSection, folder: Path, state: Path, control: str) -> values.Record:
    spool = folder / record.spool if record.spool else state / "spool"
    anchors = tuple(_anchor(one, folder, control) for one in record.anchors)
    return values.Record(
        spool,
        record.clickhouse,
        record.durability,
        record.limit,
        values.Checkpoints(record.checkpoints.every, record.checkpoints.events),
        anchors or (values.AnchorPlace(state / "anchor" / "checkpoints.jsonl"),),
        _path(record.sealed.auditor_key, folder) if record.sealed else None,
        _database(record, folder),
    )


def _anchor(anchor: AnchorSection, folder: Path, control: str) -> values.AnchorPlace:
    s3 = anchor.s3
    return values.AnchorPlace(
        _path(anchor.file, folder),
        bool(anchor.stdout),
        values.AnchorBucket(s3.bucket, s3.prefix, s3.endpoint, s3.region) if s3 else None,
        control if anchor.control else None,
    )


def _database(record: RecordSection, folder: Path) -> values.Database:
    password = record.password
    return values.Database(
        user=record.user,
        password_file=_path(password.file, folder) if password else None,
        password_env=password.env if password else None,
        cluster=record.cluster,
        ca=_path(record.ca, folder),
        prices=tuple(values.Price(pattern, **price.model_dump()) for pattern, price in record.prices.items()),
        retention=values.Retention(**record.retention.model_dump()),
        readers=dict(record.readers),
    )


def _envoy(envoy: w.EnvoySection, folder: Path, state: Path) -> values.Envoy:
    return values.Envoy(
        admin_port=envoy.admin_port,
        admin_socket=_path(envoy.admin_socket, folder),
        socket=folder / envoy.socket if envoy.socket else state / "ext_proc.sock",
        access_log=_path(envoy.access_log, folder),
        connect_timeout=envoy.connect_timeout,
        drain=envoy.drain,
        upstream_ca=_path(envoy.upstream_ca, folder),
        program=_path(envoy.program, folder),
    )

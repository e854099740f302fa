"""Where agents connect, and how Envoy reads HTTP from them."""

from sidecar.extproc.bootstrap.access_log import access_log
from sidecar.extproc.bootstrap.envoy import core, early, hcm, listener, rules, tls
from sidecar.extproc.bootstrap.filters import filters, upgrade_filters
from sidecar.extproc.bootstrap.pack import file, network_filter, packed, seconds, tcp, transport_socket
from sidecar.extproc.bootstrap.replies import local_replies
from sidecar.extproc.bootstrap.routes import routes
from sidecar.extproc.bootstrap.spec import BootstrapSpec, TlsSpec
from sidecar.extproc.heads import ROUTE, WEBSOCKET, WORKLOAD

# An empty list would mean the private ranges; this address is reserved for documentation.
NOBODY = core.CidrRange(address_prefix="192.0.2.1", prefix_len=32)


def gate(spec: BootstrapSpec) -> listener.Listener:
    chain = listener.FilterChain(
        filters=[network_filter("http_connection_manager", connection_manager(spec))],
        transport_socket=_tls(spec.tls) if spec.tls else None,
        transport_socket_connect_timeout=seconds(10),
    )
    return listener.Listener(
        name="gate",
        address=tcp(spec.address, spec.port),
        filter_chains=[chain],
        per_connection_buffer_limit_bytes=1024 * 1024,
        # An agent that vanished during a long hold is noticed after about a minute and a half.
        tcp_keepalive=core.TcpKeepalive(keepalive_time=60, keepalive_interval=10, keepalive_probes=3),
    )


def _tls(spec: TlsSpec) -> core.TransportSocket:
    certificate = tls.TlsCertificate(certificate_chain=file(spec.certificate), private_key=file(spec.key))
    return transport_socket(
        tls.DownstreamTlsContext(
            common_tls_context=tls.CommonTlsContext(
                tls_params=tls.TlsParameters(tls_minimum_protocol_version=tls.TlsParametersTlsProtocol.TLSv1_2),
                tls_certificates=[certificate],
                alpn_protocols=["h2", "http/1.1"],
            )
        )
    )


def connection_manager(spec: BootstrapSpec) -> hcm.HttpConnectionManager:
    ping = core.KeepaliveSettings(interval=seconds(30), timeout=seconds(15))
    # Some servers read `x_api_key` as `x-api-key`. Dropped, not refused: Envoy refuses by hanging up without a word.
    underscores = core.HttpProtocolOptionsHeadersWithUnderscoresAction.DROP_HEADER
    return hcm.HttpConnectionManager(
        stat_prefix="gate",
        route_config=routes(spec),
        http_filters=filters(spec),
        upgrade_configs=_upgrades(spec),
        access_log=[access_log(spec)],
        local_reply_config=local_replies(spec),
        early_header_mutation_extensions=[_without_forgeries()],
        # What a client says about where it comes from is not believed, and nobody counts as internal.
        use_remote_address=True,
        skip_xff_append=True,
        internal_address_config=hcm.HttpConnectionManagerInternalAddressConfig(cidr_ranges=[NOBODY]),
        generate_request_id=True,
        always_set_request_id_in_response=True,
        server_header_transformation=hcm.HttpConnectionManagerServerHeaderTransformation.PASS_THROUGH,
        # One path, one meaning: `//v1/messages` and `%2e%2e` are made plain before any rule looks.
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action=hcm.HttpConnectionManagerPathWithEscapedSlashesAction.REJECT_REQUEST,
        common_http_protocol_options=core.HttpProtocolOptions(
            headers_with_underscores_action=underscores, idle_timeout=seconds(spec.idle_timeout)
        ),
        http2_protocol_options=core.Http2ProtocolOptions(
            max_concurrent_streams=100, connection_keepalive=ping, initial_stream_window_size=1024 * 1024
        ),
        request_headers_timeout=seconds(10),
        request_timeout=seconds(spec.upload_timeout),
        stream_idle_timeout=seconds(spec.idle_timeout),
        drain_timeout=seconds(spec.drain),
    )


def _upgrades(spec: BootstrapSpec) -> list[hcm.HttpConnectionManagerUpgradeConfig]:
    """Where no connection takes any, Envoy refuses them by itself. Elsewhere it lets the data plane judge them, with
    filters of their own: that a request is one is known when it comes, and where it goes is not."""
    if not spec.websockets:
        return []
    own = upgrade_filters(spec)
    return [hcm.HttpConnectionManagerUpgradeConfig(upgrade_type=WEBSOCKET, filters=own)]


def _without_forgeries() -> core.TypedExtensionConfig:
    """Headers that only Envoy may write are dropped before anything sees them."""
    return core.TypedExtensionConfig(
        name="envoy.http.early_header_mutation.header_mutation",
        typed_config=packed(
            early.HeaderMutation(mutations=[rules.HeaderMutation(remove=name) for name in (ROUTE, WORKLOAD)])
        ),
    )

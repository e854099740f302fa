"""Where Envoy may connect to: the data plane, the upstreams, and the identity providers' keys."""

import ipaddress
from pathlib import Path

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.bootstrap.envoy import cluster, core, dns, dns_names, http, tls
from sidecar.extproc.bootstrap.pack import exactly, file, one_endpoint, packed, pipe, seconds, tcp, transport_socket
from sidecar.extproc.bootstrap.spec import CA_BUNDLES, BootstrapSpec, Endpoint

DATA_PLANE = "data_plane"
HTTP_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
# Servers close idle connections after a minute or more; closing first avoids the race in which a request is sent into
# a connection that is just being closed, which we would not repeat.
UPSTREAM_IDLE = 45.0


def upstream(name: str) -> str:
    return f"upstream_{name}"


def keys(name: str) -> str:
    return f"keys_{name}"


def clusters(spec: BootstrapSpec) -> list[cluster.Cluster]:
    """All of them, the data plane first."""
    made = [_data_plane(spec)]
    made += [_remote(upstream(one.name), Endpoint.of(one.url), spec) for one in spec.connections]
    made += [_remote(keys(one.name), Endpoint.of(one.jwks_url), spec) for one in spec.vouching if one.jwks_url]
    return made


def _data_plane(spec: BootstrapSpec) -> cluster.Cluster:
    ping = core.KeepaliveSettings(interval=seconds(spec.ping_every), timeout=seconds(spec.ping_wait))
    options = http.HttpProtocolOptions(
        explicit_http_config=http.HttpProtocolOptionsExplicitHttpConfig(
            http2_protocol_options=core.Http2ProtocolOptions(connection_keepalive=ping)
        )
    )
    return cluster.Cluster(
        name=DATA_PLANE,
        type=cluster.ClusterDiscoveryType.STATIC,
        connect_timeout=seconds(1),
        load_assignment=one_endpoint(DATA_PLANE, pipe(spec.socket)),
        typed_extension_protocol_options={HTTP_OPTIONS: packed(options)},
        circuit_breakers=_breakers(spec),
    )


def _remote(name: str, endpoint: Endpoint, spec: BootstrapSpec) -> cluster.Cluster:
    literal = _is_address(endpoint.host)
    return cluster.Cluster(
        name=name,
        type=cluster.ClusterDiscoveryType.STATIC if literal else None,
        cluster_type=None if literal else _looked_up(),
        connect_timeout=seconds(spec.connect_timeout),
        load_assignment=one_endpoint(name, tcp(endpoint.host, endpoint.port)),
        transport_socket=_verified(endpoint, spec) if endpoint.tls else None,
        typed_extension_protocol_options={HTTP_OPTIONS: packed(_protocol(endpoint))},
        circuit_breakers=_breakers(spec),
    )


def _looked_up() -> cluster.ClusterCustomClusterType:
    """All addresses of the name as one place, tried in turn (RFC 8305): a machine without IPv6 still gets through."""
    names = dns.DnsCluster(
        dns_lookup_family=dns_names.DnsLookupFamily.ALL, all_addresses_in_single_endpoint=True, respect_dns_ttl=True
    )
    return cluster.ClusterCustomClusterType(name="envoy.cluster.dns", typed_config=packed(names))


def _protocol(endpoint: Endpoint) -> http.HttpProtocolOptions:
    """HTTP/2 where TLS can agree on it, else HTTP/1.1."""
    idle = core.HttpProtocolOptions(idle_timeout=seconds(UPSTREAM_IDLE))
    one, two = core.Http1ProtocolOptions(), core.Http2ProtocolOptions()
    if endpoint.tls:
        agreed = http.HttpProtocolOptionsAutoHttpConfig(http_protocol_options=one, http2_protocol_options=two)
        return http.HttpProtocolOptions(common_http_protocol_options=idle, auto_config=agreed)
    plain = http.HttpProtocolOptionsExplicitHttpConfig(http_protocol_options=one)
    return http.HttpProtocolOptions(common_http_protocol_options=idle, explicit_http_config=plain)


def _verified(endpoint: Endpoint, spec: BootstrapSpec) -> core.TransportSocket:
    """TLS to exactly this host, certified by an authority in the bundle."""
    literal = _is_address(endpoint.host)
    kinds = tls.SubjectAltNameMatcherSanType
    name = tls.SubjectAltNameMatcher(
        san_type=kinds.IP_ADDRESS if literal else kinds.DNS, matcher=exactly(endpoint.host)
    )
    validation = tls.CertificateValidationContext(
        trusted_ca=file(spec.upstream_ca or _system_bundle()), match_typed_subject_alt_names=[name]
    )
    return transport_socket(
        tls.UpstreamTlsContext(
            sni="" if literal else endpoint.host,
            common_tls_context=tls.CommonTlsContext(
                tls_params=tls.TlsParameters(tls_minimum_protocol_version=tls.TlsParametersTlsProtocol.TLSv1_2),
                validation_context=validation,
            ),
        )
    )


def _system_bundle() -> Path:
    found = next((path for path in CA_BUNDLES if path.exists()), None)
    if found is None:
        raise ConfigurationError.single(
            "envoy.upstream_ca", "no bundle of certificate authorities was found on this system; name one"
        )
    return found


def _breakers(spec: BootstrapSpec) -> cluster.CircuitBreakers:
    # Envoy's default of 1024 is below the number of calls that may be held at once.
    most = cluster.CircuitBreakersThresholds(
        max_connections=spec.exchanges, max_pending_requests=spec.exchanges, max_requests=spec.exchanges, max_retries=0
    )
    return cluster.CircuitBreakers(thresholds=[most])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

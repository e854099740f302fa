"""Small words of Envoy's configuration language that every part of the bootstrap uses."""

from datetime import timedelta

from sidecar.extproc.bootstrap.envoy import core, endpoint, hcm, listener, matcher
from sidecar.extproc.bootstrap.typed import Message, Packed


def packed(message: Message) -> Packed:
    return Packed(message)


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def http_filter(name: str, message: Message) -> hcm.HttpFilter:
    return hcm.HttpFilter(name=f"envoy.filters.http.{name}", typed_config=packed(message))


def network_filter(name: str, message: Message) -> listener.Filter:
    return listener.Filter(name=f"envoy.filters.network.{name}", typed_config=packed(message))


def transport_socket(message: Message) -> core.TransportSocket:
    return core.TransportSocket(name="envoy.transport_sockets.tls", typed_config=packed(message))


def file(path: object) -> core.DataSource:
    return core.DataSource(filename=str(path))


def inline(text: str) -> core.DataSource:
    return core.DataSource(inline_string=text)


def tcp(host: str, port: int) -> core.Address:
    return core.Address(socket_address=core.SocketAddress(address=host, port_value=port))


def pipe(path: object, mode: int = 0) -> core.Address:
    """`mode`: of a socket that is made; 0: it is there."""
    return core.Address(pipe=core.Pipe(path=str(path), mode=mode))


def one_endpoint(cluster: str, address: core.Address) -> endpoint.ClusterLoadAssignment:
    host = endpoint.LbEndpoint(endpoint=endpoint.Endpoint(address=address))
    return endpoint.ClusterLoadAssignment(
        cluster_name=cluster, endpoints=[endpoint.LocalityLbEndpoints(lb_endpoints=[host])]
    )


def exactly(text: str) -> matcher.StringMatcher:
    return matcher.StringMatcher(exact=text)


def regex(expression: str) -> matcher.RegexMatcher:
    return matcher.RegexMatcher(regex=expression)


def struct(value: dict[str, object]) -> dict[str, object]:
    """Any JSON: it stands for itself."""
    return value

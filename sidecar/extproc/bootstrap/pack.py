"""Small words of Envoy's configuration language that every part of the bootstrap uses."""

from datetime import timedelta

import betterproto2
from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.endpoint import v3 as endpoint
from envoy_data_plane.envoy.config.listener import v3 as listener
from envoy_data_plane.envoy.extensions.filters.network.http_connection_manager import v3 as hcm
from envoy_data_plane.envoy.type.matcher import v3 as matcher
from envoy_data_plane.google import protobuf


def packed(message: betterproto2.Message) -> protobuf.Any:
    return protobuf.Any.pack(message)


def seconds(value: float) -> timedelta:
    return timedelta(seconds=value)


def http_filter(name: str, message: betterproto2.Message) -> hcm.HttpFilter:
    return hcm.HttpFilter(name=f"envoy.filters.http.{name}", typed_config=packed(message))


def network_filter(name: str, message: betterproto2.Message) -> listener.Filter:
    return listener.Filter(name=f"envoy.filters.network.{name}", typed_config=packed(message))


def transport_socket(message: betterproto2.Message) -> core.TransportSocket:
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


def struct(value: dict[str, object]) -> protobuf.Struct:
    return protobuf.Struct.from_dict(value)

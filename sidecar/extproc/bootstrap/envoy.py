"""Envoy's packages that the bootstrap is written in, by short names.

Rule: their types are checked when a message is made (`typed`), not by mypy: hence Any.
"""

from typing import Any

from sidecar.extproc.bootstrap.typed import Package

accesslog: Any = Package("envoy.config.accesslog.v3")
action: Any = Package("envoy.extensions.filters.common.matcher.action.v3")
bootstrap: Any = Package("envoy.config.bootstrap.v3")
buffer: Any = Package("envoy.extensions.filters.http.buffer.v3")
cel: Any = Package("envoy.extensions.access_loggers.filters.cel.v3")
cluster: Any = Package("envoy.config.cluster.v3")
connections: Any = Package("envoy.extensions.resource_monitors.downstream_connections.v3")
core: Any = Package("envoy.config.core.v3")
dns: Any = Package("envoy.extensions.clusters.dns.v3")
dns_names: Any = Package("envoy.extensions.clusters.common.dns.v3")
early: Any = Package("envoy.extensions.http.early_header_mutation.header_mutation.v3")
endpoint: Any = Package("envoy.config.endpoint.v3")
ext_proc: Any = Package("envoy.extensions.filters.http.ext_proc.v3")
file: Any = Package("envoy.extensions.access_loggers.file.v3")
file_content: Any = Package("envoy.extensions.formatter.file_content.v3")
filter_state: Any = Package("envoy.extensions.filters.common.set_filter_state.v3")
hcm: Any = Package("envoy.extensions.filters.network.http_connection_manager.v3")
header_mutation: Any = Package("envoy.extensions.filters.http.header_mutation.v3")
heap: Any = Package("envoy.extensions.resource_monitors.fixed_heap.v3")
http: Any = Package("envoy.extensions.upstreams.http.v3")
jwt: Any = Package("envoy.extensions.filters.http.jwt_authn.v3")
listener: Any = Package("envoy.config.listener.v3")
matcher: Any = Package("envoy.type.matcher.v3")
matching: Any = Package("envoy.extensions.common.matching.v3")
overload: Any = Package("envoy.config.overload.v3")
protobuf: Any = Package("google.protobuf")
route: Any = Package("envoy.config.route.v3")
router: Any = Package("envoy.extensions.filters.http.router.v3")
rules: Any = Package("envoy.config.common.mutation_rules.v3")
set_filter_state: Any = Package("envoy.extensions.filters.http.set_filter_state.v3")
stream: Any = Package("envoy.extensions.access_loggers.stream.v3")
tls: Any = Package("envoy.extensions.transport_sockets.tls.v3")
xds: Any = Package("xds.type.matcher.v3")
xds_core: Any = Package("xds.core.v3")

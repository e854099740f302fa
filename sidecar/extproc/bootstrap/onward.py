"""Where the data plane sends on what was approved after its answer has begun: a listener on a Unix socket.

Strategy: nothing is asked here, as the data plane itself speaks, after its verdict. What protects the upstreams is what
protects them on the way in (`routes`): a request without the route secret ends in the 403.

Rules:
- Only the user whom Envoy runs as can reach the socket.
- No path is changed any more: what was judged and approved is what goes.
"""

from sidecar.extproc.bootstrap.access_log import access_log
from sidecar.extproc.bootstrap.envoy import core, hcm, listener, router
from sidecar.extproc.bootstrap.pack import http_filter, network_filter, pipe, seconds
from sidecar.extproc.bootstrap.routes import onward_routes
from sidecar.extproc.bootstrap.spec import BootstrapSpec

OWNER_ONLY = 0o600


def onward(spec: BootstrapSpec) -> listener.Listener:
    return listener.Listener(
        name="onward",
        address=pipe(spec.onward, OWNER_ONLY),
        filter_chains=[
            listener.FilterChain(filters=[network_filter("http_connection_manager", _connection_manager(spec))])
        ],
        per_connection_buffer_limit_bytes=1024 * 1024,
    )


def _connection_manager(spec: BootstrapSpec) -> hcm.HttpConnectionManager:
    return hcm.HttpConnectionManager(
        codec_type=hcm.HttpConnectionManagerCodecType.HTTP1,
        stat_prefix="onward",
        route_config=onward_routes(spec),
        http_filters=[http_filter("router", router.Router(suppress_envoy_headers=True))],
        access_log=[access_log(spec)],
        server_header_transformation=hcm.HttpConnectionManagerServerHeaderTransformation.PASS_THROUGH,
        common_http_protocol_options=core.HttpProtocolOptions(idle_timeout=seconds(spec.idle_timeout)),
        stream_idle_timeout=seconds(spec.idle_timeout),
        drain_timeout=seconds(spec.drain),
    )

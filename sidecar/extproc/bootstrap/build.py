"""The whole bootstrap, typed."""

from sidecar.core.errors import ConfigurationError
from sidecar.extproc.bootstrap.clusters import clusters
from sidecar.extproc.bootstrap.envoy import bootstrap, connections, core, heap, overload
from sidecar.extproc.bootstrap.listener import gate
from sidecar.extproc.bootstrap.onward import onward
from sidecar.extproc.bootstrap.pack import exactly, packed, seconds, tcp
from sidecar.extproc.bootstrap.spec import BootstrapSpec
from sidecar.extproc.bootstrap.typed import Message

# The admin page can show the whole configuration, the route secret with it; only what operating needs is open. A path
# counts with its query: the last of each pair is what `up` asks for on the way down.
ADMIN_PATHS = (
    "/ready",
    "/server_info",
    "/stats",
    "/stats?filter=downstream_rq_active",
    "/stats/prometheus",
    "/drain_listeners",
    "/drain_listeners?graceful&skip_exit",
    "/healthcheck/fail",
    "/healthcheck/ok",
    "/quitquitquit",
)
# Far more than the bodies of a busy gate need; at this size Envoy refuses new requests instead of being killed.
HEAP = 2 * 1024 * 1024 * 1024
CONNECTIONS = 20_000


def build(spec: BootstrapSpec) -> Message:
    if not spec.vouching:
        raise ConfigurationError.single("identity.providers", "at least one is needed: nobody could call otherwise")
    made: Message = bootstrap.Bootstrap(
        node=core.Node(id="gatehouse", cluster="gatehouse"),
        admin=bootstrap.Admin(address=_admin(spec), allow_paths=[exactly(path) for path in ADMIN_PATHS]),
        static_resources=bootstrap.BootstrapStaticResources(
            listeners=[gate(spec), onward(spec)], clusters=clusters(spec)
        ),
        overload_manager=_overload(),
    )
    return made


def _admin(spec: BootstrapSpec) -> core.Address:
    """A socket is for whoever runs Envoy, and for nobody else."""
    if spec.admin_socket is None:
        return tcp("127.0.0.1", spec.admin_port)
    return core.Address(pipe=core.Pipe(path=str(spec.admin_socket), mode=0o600))


def _overload() -> overload.OverloadManager:
    memory, open_ = "envoy.resource_monitors.fixed_heap", "envoy.resource_monitors.global_downstream_max_connections"
    most = connections.DownstreamConnectionsConfig(max_active_downstream_connections=CONNECTIONS)
    return overload.OverloadManager(
        refresh_interval=seconds(0.25),
        resource_monitors=[
            overload.ResourceMonitor(name=memory, typed_config=packed(heap.FixedHeapConfig(max_heap_size_bytes=HEAP))),
            overload.ResourceMonitor(name=open_, typed_config=packed(most)),
        ],
        actions=[
            _at(memory, 0.85, "envoy.overload_actions.shrink_heap"),
            _at(memory, 0.95, "envoy.overload_actions.stop_accepting_requests"),
        ],
    )


def _at(monitor: str, share: float, action: str) -> overload.OverloadAction:
    trigger = overload.Trigger(name=monitor, threshold=overload.ThresholdTrigger(value=share))
    return overload.OverloadAction(name=action, triggers=[trigger])

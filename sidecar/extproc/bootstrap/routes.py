"""Which request may go where.

Strategy: nothing reaches an upstream by its path. The default is a 403; the route to an upstream matches only with the
header that the data plane sets after its verdict, holding a secret made at start-up. So a stream that ends too early,
which Envoy takes for "go on", ends in the 403 all the same.

Rules:
- Probes are answered here: the agent sends `HEAD /api/hello` without a token before its first call, and expects any
  answer. They stand first, so that no header leads from their path to an upstream.
- Nothing is retried. A repeated POST may be billed twice, and the second one would not be in the record; the agent
  retries by itself, and each of its tries passes the gate.
- No route times out: an answer may stream for hours, and a call may be held.
"""

from envoy_data_plane.envoy.config.core import v3 as core
from envoy_data_plane.envoy.config.route import v3 as route
from envoy_data_plane.envoy.extensions.filters.http.ext_proc import v3 as ext_proc
from envoy_data_plane.envoy.type.matcher import v3 as matcher

from sidecar.extproc.bootstrap.clusters import upstream
from sidecar.extproc.bootstrap.pack import exactly, inline, packed, regex, seconds
from sidecar.extproc.bootstrap.spec import BootstrapSpec, ConnectionSpec, Endpoint
from sidecar.extproc.heads import ROUTE, waiting_key

# Path, methods, body of the answer.
PROBES = (
    ("/", "HEAD", ""),
    ("/api/hello", "GET|HEAD", '{"message":"hello"}'),
)
# Ours, and what Envoy adds on its own; the data plane removes them too.
NEVER_SENT = (
    ROUTE,
    "x-envoy-external-address",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-gatehouse-agent",
    "x-gatehouse-session",
    "x-request-id",
)
UNDECIDED = "The gate gave no verdict on this request, so it was not sent on."


def routes(spec: BootstrapSpec) -> route.RouteConfiguration:
    return _table("gate", [*(probe_route(*probe) for probe in PROBES), *_to_upstreams(spec), _waiting(spec.secret)])


def onward_routes(spec: BootstrapSpec) -> route.RouteConfiguration:
    """For what the data plane sends on by itself."""
    return _table("onward", _to_upstreams(spec))


def _table(name: str, known: list[route.Route]) -> route.RouteConfiguration:
    everything = route.VirtualHost(name=name, domains=["*"], routes=[*known, _refusal()])
    return route.RouteConfiguration(name=name, virtual_hosts=[everything], validate_clusters=True)


def probe_match(path: str, methods: str) -> route.RouteMatch:
    by_method = matcher.StringMatcher(safe_regex=regex(methods))
    return route.RouteMatch(path=path, headers=[route.HeaderMatcher(name=":method", string_match=by_method)])


def probe_route(path: str, methods: str, body: str) -> route.Route:
    untouched = packed(ext_proc.ExtProcPerRoute(disabled=True))
    return route.Route(
        name="probe",
        match=probe_match(path, methods),
        direct_response=route.DirectResponseAction(status=200, body=inline(body) if body else None),
        response_headers_to_add=[_header("content-type", "application/json")] if body else [],
        typed_per_filter_config={"envoy.filters.http.ext_proc": untouched},
    )


def _header(name: str, value: str) -> core.HeaderValueOption:
    overwrite = core.HeaderValueOptionHeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD
    return core.HeaderValueOption(header=core.HeaderValue(key=name, value=value), append_action=overwrite)


def _to_upstreams(spec: BootstrapSpec) -> list[route.Route]:
    return [_to_upstream(connection, spec.secret) for connection in spec.connections]


def _to_upstream(connection: ConnectionSpec, secret: str) -> route.Route:
    key = route.HeaderMatcher(name=ROUTE, string_match=exactly(f"{secret}.{connection.name}"))
    return route.Route(
        name=connection.name,
        match=route.RouteMatch(prefix="/", headers=[key]),
        request_headers_to_remove=list(NEVER_SENT),
        route=route.RouteAction(
            cluster=upstream(connection.name),
            host_rewrite_literal=Endpoint.of(connection.url).authority,
            timeout=seconds(0),
        ),
    )


def _waiting(secret: str) -> route.Route:
    """Here an answer begins in which a client waits for people; the data plane has other words for it than these."""
    key = route.HeaderMatcher(name=ROUTE, string_match=exactly(waiting_key(secret)))
    return route.Route(
        name="waiting",
        match=route.RouteMatch(prefix="/", headers=[key]),
        direct_response=route.DirectResponseAction(status=200, body=inline(": waiting")),
    )


def _refusal() -> route.Route:
    return route.Route(
        name="undecided",
        match=route.RouteMatch(prefix="/"),
        direct_response=route.DirectResponseAction(status=403, body=inline(UNDECIDED)),
    )

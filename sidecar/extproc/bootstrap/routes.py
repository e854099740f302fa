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
- A request that asks to leave HTTP (WebSocket) has routes of its own, with another key, and only to connections that
  take it; the others do not match it, so that a mistake of the data plane ends in the 403 too. Envoy knows it by
  `Upgrade` and `Connection: upgrade` together and takes `upgrade` out of every other request.
"""

from sidecar.extproc.bootstrap.clusters import upstream
from sidecar.extproc.bootstrap.envoy import core, ext_proc, matcher, route
from sidecar.extproc.bootstrap.pack import exactly, inline, packed, regex, seconds
from sidecar.extproc.bootstrap.spec import BootstrapSpec, ConnectionSpec, Endpoint
from sidecar.extproc.heads import ROUTE, WEBSOCKET, upgrade_key, waiting_key

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
# Of one hop, and Envoy passes them on all the same. Behind the route nobody may change them, or mask what they say.
NEVER_TOLD = ("te", "trailer")
UNDECIDED = "The gate gave no verdict on this request, so it was not sent on."


def routes(spec: BootstrapSpec) -> route.RouteConfiguration:
    probes = [probe_route(*probe) for probe in PROBES]
    return _table("gate", [*probes, *_to_upstreams(spec), *_upgraded(spec), _waiting(spec.secret)])


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
    plain = [route.HeaderMatcher(name="upgrade", present_match=False)] if spec.websockets else []
    return [
        _to_upstream(connection, [_key(f"{spec.secret}.{connection.name}"), *plain]) for connection in spec.connections
    ]


def _upgraded(spec: BootstrapSpec) -> list[route.Route]:
    """A WebSocket to each connection that takes it."""
    asked = matcher.StringMatcher(exact=WEBSOCKET, ignore_case=True)
    leaving = route.HeaderMatcher(name="upgrade", string_match=asked)
    return [
        _to_upstream(one, [_key(upgrade_key(spec.secret, one.name)), leaving])
        for one in spec.connections
        if one.websocket
    ]


def _key(value: str) -> route.HeaderMatcher:
    return route.HeaderMatcher(name=ROUTE, string_match=exactly(value))


def _to_upstream(connection: ConnectionSpec, matching: list[route.HeaderMatcher]) -> route.Route:
    return route.Route(
        name=connection.name,
        match=route.RouteMatch(prefix="/", headers=matching),
        request_headers_to_remove=list(NEVER_SENT),
        response_headers_to_remove=list(NEVER_TOLD),
        route=route.RouteAction(
            cluster=upstream(connection.name),
            host_rewrite_literal=Endpoint.of(connection.url).authority,
            timeout=seconds(0),
        ),
    )


def _waiting(secret: str) -> route.Route:
    """Here an answer begins in which a client waits for people; the data plane has other words for it than these."""
    return route.Route(
        name="waiting",
        match=route.RouteMatch(prefix="/", headers=[_key(waiting_key(secret))]),
        direct_response=route.DirectResponseAction(status=200, body=inline(": waiting")),
    )


def _refusal() -> route.Route:
    return route.Route(
        name="undecided",
        match=route.RouteMatch(prefix="/"),
        direct_response=route.DirectResponseAction(status=403, body=inline(UNDECIDED)),
    )

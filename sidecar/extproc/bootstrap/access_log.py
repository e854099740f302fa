"""One JSON line for each request that Envoy has done with.

Rules: no header that could hold a credential, no path and no query string (a client may put anything there, and nothing
masks it here), no body, nothing that a token says. What was decided and for whom is in the record, with the masked
path; this log says what happened on the wire.
"""

from sidecar.extproc.bootstrap.envoy import accesslog, core, file, stream
from sidecar.extproc.bootstrap.pack import packed, struct
from sidecar.extproc.bootstrap.spec import BootstrapSpec

REQUEST_ID = "gatehouse.request_id"
FIELDS: dict[str, object] = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "request_id": f"%FILTER_STATE({REQUEST_ID}:PLAIN)%",
    "method": "%REQ(:METHOD):7%",  # as long as OPTIONS: over HTTP/2 it may be any word
    "protocol": "%PROTOCOL%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "route": "%ROUTE_NAME%",
    "exchange": "%RESP(X-GATEHOUSE-EXCHANGE)%",  # its name in the record
    "bytes_in": "%BYTES_RECEIVED%",
    "bytes_out": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
    "client": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
}


def access_log(spec: BootstrapSpec) -> accesslog.AccessLog:
    line = core.SubstitutionFormatString(json_format=struct(FIELDS))
    if spec.access_log is None:
        return accesslog.AccessLog(
            name="envoy.access_loggers.stdout", typed_config=packed(stream.StdoutAccessLog(log_format=line))
        )
    to_file = file.FileAccessLog(path=str(spec.access_log), log_format=line)
    return accesslog.AccessLog(name="envoy.access_loggers.file", typed_config=packed(to_file))

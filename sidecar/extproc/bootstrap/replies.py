"""What Envoy says when it answers by itself: in the shape of the Messages API, with a sentence that says what to do.

Strategy: one table, read from the top; the first row whose condition holds gives the answer. A condition is a CEL
expression over the status and the details that Envoy notes with each of its own answers.

Rules:
- The data plane's own answers pass through here too, marked by their details; no row may touch them.
- The last row catches everything, so that no client ever meets Envoy's plain text.
"""

from dataclasses import dataclass

from sidecar.core.errors import Code
from sidecar.extproc.bootstrap.access_log import REQUEST_ID
from sidecar.extproc.bootstrap.envoy import accesslog, cel, core, hcm
from sidecar.extproc.bootstrap.pack import packed, struct
from sidecar.extproc.bootstrap.spec import BootstrapSpec
from sidecar.extproc.translate import DETAILS

MEBIBYTE = 1024 * 1024
POD = "see that this pod's own token is there, fresh, and meant for this gate"
TOKEN = "set ANTHROPIC_AUTH_TOKEN to a token of your identity provider for this gate"  # noqa: S105  (a sentence)


@dataclass(frozen=True, slots=True)
class Reply:
    """`again`: the same call may succeed soon, so the agent may try by itself; else it is told not to."""

    when: str
    code: Code
    message: str
    status: int | None = None  # None: as Envoy has it
    again: bool = False


def details(*words: str) -> str:
    return " || ".join(f"response.code_details.contains('{word}')" for word in words)


def status(*codes: int) -> str:
    return " || ".join(f"response.code == {code}" for code in codes)


def table(spec: BootstrapSpec) -> tuple[Reply, ...]:
    """From the particular to the general."""
    limit = f"{spec.body_limit / MEBIBYTE:g} MiB"
    unknown, remedy = Code.AUTHENTICATION, POD if spec.workload else TOKEN
    return (
        Reply(details("Jwt_is_missing"), unknown, f"The gate asks for a token: {remedy}."),
        Reply(details("Jwt_is_expired"), unknown, f"The token has expired: {remedy}."),
        Reply(details("Audiences_in_Jwt"), unknown, f"The token is for another audience: {remedy}.", status=401),
        Reply(details("Jwt_issuer_is_not"), unknown, f"The gate does not know the token's issuer: {remedy}."),
        Reply(
            details("Jwks_remote_fetch", "Jwks_doesn", "Jwks_not_found"),
            Code.API,
            "The gate cannot read its identity provider's keys, so it cannot check any token. Tell its operator.",
            status=503,
            again=True,
        ),
        Reply(status(401), unknown, f"The token is not valid: {remedy}."),
        Reply(details("direct_response") + " && response.code == 403", Code.PERMISSION, "%LOCAL_REPLY_BODY%"),
        Reply(
            details("ext_proc", "spurious_message", "unhandled_message", "header_mutation"),
            Code.API,
            "The gate is not available, so this call was stopped. Try again; if it stays so, tell the gate's operator.",
            status=500,
            again=True,
        ),
        Reply(status(403), Code.PERMISSION, "The gate does not allow this kind of request."),
        Reply(status(404), Code.NOT_FOUND, "The gate knows nothing at this path. Does the base URL fit?"),
        Reply(status(408), Code.TIMEOUT, "The request did not arrive in time. Try again.", again=True),
        Reply(status(413), Code.TOO_LARGE, f"The request is larger than the {limit} that this gate accepts."),
        Reply(status(431), Code.TOO_LARGE, "The request's headers are larger than this gate accepts."),
        Reply(
            details("overload"),
            Code.OVERLOADED,
            "The gate is at the end of its memory. Try again.",
            status=529,
            again=True,
        ),
        Reply(
            status(502, 503),
            Code.API,
            "The gate could not reach the service behind it. Try again; if it stays so, tell the gate's operator.",
            again=True,
        ),
        Reply(status(504), Code.TIMEOUT, "No answer came in time through the gate. Try again.", again=True),
        Reply(
            status(400, 426, 501),
            Code.INVALID_REQUEST,
            "The gate cannot read this as an HTTP request: %RESPONSE_CODE_DETAILS%",
        ),
        Reply("true", Code.API, "The gate could not serve this request: %RESPONSE_CODE_DETAILS%"),
    )


def local_replies(spec: BootstrapSpec) -> hcm.LocalReplyConfig:
    return hcm.LocalReplyConfig(mappers=[_mapper(reply) for reply in table(spec)])


def _mapper(reply: Reply) -> hcm.ResponseMapper:
    ours = f"response.code_details == '{DETAILS}' || response.code == 200"
    expression = cel.ExpressionFilter(expression=f"!({ours}) && ({reply.when})")
    shape: dict[str, object] = {
        "type": "error",
        "error": {"type": reply.code.value, "message": reply.message},
        "request_id": f"%FILTER_STATE({REQUEST_ID}:PLAIN)%",
    }
    overwrite = core.HeaderValueOptionHeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD
    final = core.HeaderValueOption(
        header=core.HeaderValue(key="x-should-retry", value="false"), append_action=overwrite
    )
    return hcm.ResponseMapper(
        filter=accesslog.AccessLogFilter(
            extension_filter=accesslog.ExtensionFilter(
                name="envoy.access_loggers.extension_filters.cel", typed_config=packed(expression)
            )
        ),
        status_code=reply.status,
        body_format_override=core.SubstitutionFormatString(json_format=struct(shape)),
        headers_to_add=[] if reply.again else [final],
    )

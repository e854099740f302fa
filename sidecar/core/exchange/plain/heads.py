"""What a request over plain HTTP may say in its head: that it is this request, and no other.

Rules:
- Some servers take method, path or host out of a header or a field (`x-http-method-override`, `_method`,
  `x-original-url`). What was judged is what stands in the first line, so these are refused, or stay here.
- A part of an answer (`range`) could be asked for half a secret at a time; the whole one is asked for instead.
- Who sends it is the gate's word: what a client says of itself as a proxy would stays here.
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from sidecar.core.errors import Code, Refused
from sidecar.core.model.http import Headers, RequestHead, names
from sidecar.core.wire import letters
from sidecar.core.wire.json_strings import JsonValue
from sidecar.core.wire.plain.body import Body

# Asked for anew (`accept-encoding`), or Envoy's, or what only a proxy may say.
NEVER = frozenset(
    {
        "accept-encoding",
        "forwarded",
        "if-range",
        "range",
        "remote-user",
        "x-client-ip",
        "x-envoy-external-address",
        "x-real-ip",
        "x-remote-user",
        "x-request-id",
    }
)
PROXY, NEEDED = "x-forwarded-", "x-forwarded-proto"
OTHER_REQUEST = ("x-http-method", "x-method-override", "x-original-", "x-rewrite-")
FIELD = "_method"


def gone(headers: Headers) -> tuple[str, ...]:
    """The names that do not go on."""
    return tuple(name for name in names(headers) if name in NEVER or (name.startswith(PROXY) and name != NEEDED))


def checked(head: RequestHead, body: Body | None) -> None:
    """`Refused` for a request that some servers would take for another."""
    if body is not None:
        letters.checked(head.headers, 400)
    if not (head.method.isascii() and head.method == head.method.upper()):
        raise Refused(400, Code.INVALID_REQUEST, "Write the method in capital letters: some servers take any.")
    for name, _ in head.headers:
        if name.startswith(OTHER_REQUEST):
            _refuse(f"the header {name}")
    said = (*_in_query(head.path), *_in_body(body))
    if any(not isinstance(one, str) or one.upper() != head.method for one in said):
        _refuse(f"the field {FIELD}")


def _in_query(path: str) -> Iterator[JsonValue]:
    yield from (value for name, value in parse_qsl(path.partition("?")[2], keep_blank_values=True) if _named(name))


def _in_body(body: Body | None) -> Iterator[JsonValue]:
    """Of a form, or at the top of JSON."""
    if body is None or not isinstance(body.value, dict):
        return
    if body.form == "json":
        yield from (value for name, value in body.value.items() if _named(name))
    elif body.form == "form":
        values = {text.ordinal: text.value for text in body.texts}
        yield from (values.get(text.ordinal + 1, "") for text in body.texts if text.key and _named(text.value))


def _named(name: str) -> bool:
    return name.strip().lower() == FIELD


def _refuse(what: str) -> None:
    raise Refused(
        400, Code.INVALID_REQUEST, f"Some servers take another request out of {what}. Send that one as it is meant."
    )

"""Style sheets, scripts and pictures, read once; each address carries the digest of what it names."""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).with_name("static")
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """Name -> content, media type, digest."""
    found = {}
    for path in sorted(FOLDER.iterdir()):
        content = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found[path.name] = (content, kind, hashlib.sha256(content).hexdigest()[:12])
    return found


def static(name: str) -> str:
    """Its address; a name that does not exist is a mistake in a template."""
    return f"/static/{name}?v={_files()[name][2]}"


async def serve(request: Request) -> Response:
    found = _files().get(request.path_params["name"])
    if found is None:
        return Response("There is no such file.", 404, media_type="text/plain")
    content, kind, digest = found
    # A script imports its neighbours without a digest: those are asked for again each time, and mostly not sent.
    asked = request.query_params.get("v")
    headers = {"cache-control": FOR_EVER if asked == digest else "no-cache", "etag": f'"{digest}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)

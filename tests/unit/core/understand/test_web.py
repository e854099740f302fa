"""Web tools."""

import pytest

from sidecar.core.model.effect import Effect, Object, Thing
from sidecar.core.understand.web import WEB_TOOLS, address

LONG = "x" * 300


@pytest.mark.parametrize(
    ("tool", "given", "effects"),
    [
        ("webfetch", {"url": "https://x.example/a"}, {Effect.READS}),
        ("webfetch", {"url": f"https://x.example/?d={LONG}"}, {Effect.LEAVES_MACHINE}),
        ("webfetch", {"url": "http://169.254.169.254/latest"}, {Effect.READS_SECRET}),
        ("webfetch", {"url": "http://2852039166/latest"}, {Effect.READS_SECRET}),
        ("webfetch", {"url": "http://0xa9.254.0251.0xfe/"}, {Effect.READS_SECRET}),
        ("webfetch", {"url": "http://[::ffff:a9fe:a9fe]/"}, {Effect.READS_SECRET}),
        ("webfetch", {"url": "http://169-254-169-254.nip.example/"}, {Effect.READS_SECRET}),
        ("webfetch", {"url": "http://metadata.google.internal./"}, {Effect.READS_SECRET}),
        ("webfetch", {"url": "file:///home/me/notes.txt"}, {Effect.READS}),
        ("webfetch", {"url": "file:///etc/shadow"}, {Effect.READS_SECRET}),
        ("webfetch", {"url": "gopher://x.example"}, {Effect.UNKNOWN}),
        ("webfetch", {"url": f"https://{'a1' * 25}.x.example/"}, {Effect.LEAVES_MACHINE}),
        ("webfetch", {"url": "http://["}, {Effect.UNKNOWN}),
        ("webfetch", {}, {Effect.UNKNOWN}),
        ("http_request", {"url": "https://x.example", "method": "delete"}, {Effect.DESTROYS_DATA}),
        ("http_request", {"url": "https://x.example", "body": "x"}, {Effect.LEAVES_MACHINE}),
        ("websearch", {"query": "cats"}, {Effect.READS}),
        ("websearch", {"query": LONG}, {Effect.LEAVES_MACHINE}),
    ],
)
def test_what_a_web_tool_does(tool: str, given: dict[str, object], effects: set[Effect]) -> None:
    assert WEB_TOOLS[tool](given).effects == effects


def test_the_host_is_named() -> None:
    assert address("https://me@X.example:8443/a").objects == {Object(Thing.HOST, "x.example")}

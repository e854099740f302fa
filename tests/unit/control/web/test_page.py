"""How texts stand in pages: shown, never obeyed."""

import pytest
from jinja2 import UndefinedError
from starlette.requests import Request

from sidecar.control.person import Person, Role
from sidecar.control.web.page import ENVIRONMENT, MORE, NAVIGATION, marked, moment, render, span, visible

XSS = "<script>alert(1)</script>\" onload='x' &lt;"


def request(person: Person | None = None, theme: str = "") -> Request:
    headers = [(b"cookie", f"theme={theme}".encode())] if theme else []
    return Request({"type": "http", "headers": headers, "state": {"person": person}, "path": "/", "query_string": b""})


@pytest.mark.parametrize(
    ("note", "text", "shown"),
    [
        ("markup is text", "<b>&", "&lt;b&gt;&amp;"),
        ("escapes are shown", "\x1b[2K", '<span class="odd">\\x1b</span>[2K'),
        ("direction is shown", "a\u202eb", 'a<span class="odd">U+202E</span>b'),
    ],
)
def test_visible(note: str, text: str, shown: str) -> None:
    assert str(visible(text)) == shown


@pytest.mark.parametrize(
    ("note", "marks", "shown"),
    [
        ("none", [], "abc&lt;d"),
        ("one", [(1, 2, "r")], 'a<mark title="r">b</mark>c&lt;d'),
        ("its title is escaped", [(0, 1, '"<')], '<mark title="&#34;&lt;">a</mark>bc&lt;d'),
        ("out of order", [(3, 4, "y"), (0, 1, "x")], '<mark title="x">a</mark>bc<mark title="y">&lt;</mark>d'),
        ("overlapping", [(0, 2, "x"), (1, 3, "y")], '<mark title="x">ab</mark><mark title="y">c</mark>&lt;d'),
        ("beyond the end", [(4, 99, "x"), (50, 60, "y")], 'abc&lt;<mark title="x">d</mark>'),
        ("backwards or before", [(3, 1, "x"), (-5, 1, "y")], '<mark title="y">a</mark>bc&lt;d'),
    ],
)
def test_marked(note: str, marks: list[tuple[int, int, str]], shown: str) -> None:
    assert str(marked("abc<d", marks)) == shown


def test_times() -> None:
    assert str(moment(0)) == '<time datetime="1970-01-01T00:00:00Z">1970-01-01 00:00:00 UTC</time>'
    assert [span(s) for s in (0, 59, 60, 61, 3600, 5400, 90000, -3)] == [
        "0 s", "59 s", "1 min", "1 min 1 s", "1 h", "1 h 30 min", "1 d 1 h", "0 s",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("theme", "shown"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"'), ("x>", None)]
)
def test_the_chosen_theme_is_in_the_page(theme: str, shown: str | None) -> None:
    page = bytes(render(request(theme=theme), "said.html", head="x", said="y").body).decode()
    assert (shown in page) if shown else ("data-theme=" not in page)


def test_the_frame() -> None:
    person = Person(XSS, "company", frozenset(), frozenset({Role.VIEWER}))
    page = bytes(render(request(person), "said.html", 404, here="live", head="Head", said=XSS).body).decode()
    assert "<script>alert" not in page
    assert "onload='" not in page
    assert page.count('aria-current="page"') == 2  # beside and below
    assert all(f'href="{entry.path}"' in page for entry in (*NAVIGATION, *MORE))


def test_a_value_nobody_gave_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        ENVIRONMENT.from_string("{{ nobody }}").render()
    with pytest.raises(UndefinedError):
        render(request(), "said.html")


def test_no_template_lets_markup_through_unescaped() -> None:
    for name in ENVIRONMENT.list_templates():
        source = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0] if ENVIRONMENT.loader else ""
        assert "|safe" not in source.replace("drawn[name]|safe", ""), name
        assert " style=" not in source, f"{name}: the policy of contents forbids inline styles"
        assert " onclick=" not in source, name

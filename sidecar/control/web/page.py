"""Pages: templates, what each of them knows, and how texts are shown in them.

Rules:
- Autoescape is on everywhere; `visible` is the filter for what agents and people wrote.
- A value that a template asks for and nobody gave is an error, not an empty string.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sidecar.control import visible as seen
from sidecar.control.person import Person, Role
from sidecar.control.web.static_files import static

FOLDER = Path(__file__).with_name("templates")
THEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the navigation. `name` is also its icon."""

    name: str
    title: str
    path: str


NAVIGATION = (
    Entry("overview", "Overview", "/"),
    Entry("approvals", "Approvals", "/approvals"),
    Entry("live", "Live", "/live"),
    Entry("sessions", "Sessions", "/sessions"),
    Entry("policies", "Policies", "/policies"),
    Entry("evidence", "Evidence", "/evidence"),
)
MORE = (Entry("stop", "Kill switch", "/stop"), Entry("notifications", "Notifications", "/notifications"))


def render(request: Request, name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """A page in the frame. `person` and the count of what waits come from the request; `here` is the navigation's."""
    return HTMLResponse(ENVIRONMENT.get_template(name).render({**_known(request), **values}), status)


def _known(request: Request) -> Mapping[str, object]:
    theme = request.cookies.get("theme")
    return {
        "request": request,
        "here": None,
        "person": person_of(request),
        "pending": getattr(request.state, "pending", 0),
        "theme": theme if theme in THEMES else None,
        "navigation": NAVIGATION,
        "more": MORE,
    }


def person_of(request: Request) -> Person | None:
    """Who asks, as the guard found out."""
    found = getattr(request.state, "person", None)
    return found if isinstance(found, Person) else None


def visible(text: object) -> Markup:
    """Text as text: nothing in it is obeyed, and what could not be seen is."""
    shown = (
        Markup('<span class="odd">{}</span>').format(piece) if odd else escape(piece)
        for piece, odd in seen.pieces(str(text))
    )
    return Markup("").join(shown)


def marked(text: str, marks: Iterable[tuple[int, int, str]]) -> Markup:
    """A text with some of its characters marked, and why in the title. Overlapping marks are joined by the first."""
    out, done = [], 0
    for start, end, why in sorted(marks):
        begin, stop = max(start, done), min(end, len(text))
        if begin >= stop:
            continue
        out.append(visible(text[done:begin]))
        out.append(Markup('<mark title="{}">{}</mark>').format(seen.plain(why), visible(text[begin:stop])))
        done = stop
    return Markup("").join((*out, visible(text[done:])))


def moment(at: float) -> Markup:
    """A time, in UTC; the browser says it in the reader's own."""
    when = datetime.fromtimestamp(at, UTC)
    return Markup('<time datetime="{}">{}</time>').format(f"{when:%Y-%m-%dT%H:%M:%SZ}", f"{when:%Y-%m-%d %H:%M:%S} UTC")


def span(seconds: float) -> str:
    """How long, in two units at most."""
    left = max(0, int(seconds))
    for size, unit, below, under in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if left >= size:
            rest = left % size // below
            return f"{left // size} {unit}" + (f" {rest} {under}" if rest else "")
    return f"{left} s"


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(static=static, marked=marked, reviewer_role=Role.REVIEWER, admin_role=Role.ADMIN)
    made.filters.update(visible=visible, moment=moment, span=span)
    return made


ENVIRONMENT = _environment()

"""In which charsets a body is read here as everybody else reads it."""

import pytest

from sidecar.core.errors import Refused
from sidecar.core.wire.letters import checked

SAME = (
    (),
    ("application/json",),
    ("application/json; charset=utf-8",),
    ('text/html;CHARSET="UTF-8"; x=y',),
    ("text/html; charset=iso-8859-1",),
    ("text/plain; charset=windows-1252",),
    ("text/plain; charset=",),
    ("text/plain; x=utf-7",),
)
OTHER = (
    ("application/json; charset=utf-7",),
    ("application/json;charset=UTF-16LE",),
    ("text/plain; charset=utf-32",),
    ('text/plain; charset="utf-16"',),
    ("text/plain; charset = 'utf-7'",),
    ("text/plain; charset=utf-8; charset=utf-7",),
    ("text/plain; charset*=utf-8''utf-7",),
    ("text/plain; charset=cp037",),
    ("text/plain; charset=hz-gb-2312",),
    ("application/json", "text/event-stream"),
)


@pytest.mark.parametrize("named", SAME)
def test_ascii_stays_ascii(named: tuple[str, ...]) -> None:
    checked(tuple(("content-type", one) for one in named), 400)


@pytest.mark.parametrize("status", [400, 502])
@pytest.mark.parametrize("named", OTHER)
def test_other_letters_are_refused(named: tuple[str, ...], status: int) -> None:
    with pytest.raises(Refused) as refused:
        checked(tuple(("content-type", one) for one in named), status)
    assert refused.value.status == status
    assert "charset" in refused.value.message

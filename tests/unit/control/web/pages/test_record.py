"""Every page over the record is placed."""

from starlette.routing import Route

from sidecar.control.web.pages import record
from sidecar.control.web.places import needed
from tests.unit.control.web.answering import Answering
from tests.unit.control.web.rig import Rig


def test_somebody_decided_who_may_see_each(laptop: Rig) -> None:
    routes = [one for one in record.routes(laptop.parts, Answering()) if isinstance(one, Route)]
    assert len(routes) > 10
    for route in routes:
        for method in (route.methods or set()) - {"HEAD"}:
            assert needed(method, route.path) is not None, (method, route.path)

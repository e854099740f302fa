"""The document says what the routes are."""

import json
import re

from starlette.routing import Route

from sidecar.control.web.api.elsewhere import ELSEWHERE
from sidecar.control.web.api.handlers import Api, routes
from sidecar.control.web.api.openapi import document
from sidecar.control.web.api.operations import OPERATIONS
from sidecar.control.web.app import routes as all_routes
from tests.unit.control.web.rig import Rig


def test_it_matches_the_routes(laptop: Rig) -> None:
    served = {
        (method, route.path)
        for route in all_routes(laptop.parts)
        if isinstance(route, Route) and route.path.startswith("/v1/")
        for method in (route.methods or set()) - {"HEAD"}
    }
    elsewhere = {(one.method, one.path) for one in ELSEWHERE}  # see tests/unit/processes/test_console.py
    assert {(one.method, one.path) for one in OPERATIONS} == served
    assert not elsewhere & served
    assert len(routes(laptop.parts)) == len(OPERATIONS) + 1
    assert all(callable(getattr(Api, one.name)) for one in OPERATIONS)


def test_every_reference_leads_somewhere() -> None:
    said = document()
    names = re.findall(r"#/components/schemas/(\w+)", json.dumps(said))
    components = said["components"]
    assert isinstance(components, dict)
    assert set(names) <= set(components["schemas"])
    assert "FullApproval" in names


def test_path_parameters_are_described() -> None:
    paths = document()["paths"]
    assert isinstance(paths, dict)
    for path, methods in paths.items():
        for operation in methods.values():
            inside = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert inside == set(re.findall(r"{(\w+)}", path))
            assert operation["description"].startswith("Needs: ")


def test_who_is_let_in_without_a_persons_token() -> None:
    paths = document()["paths"]
    assert isinstance(paths, dict)
    assert paths["/v1/token"]["post"]["security"] == []
    assert paths["/v1/anchors"]["get"]["security"] == [{"gate": []}]
    assert "security" not in paths["/v1/revocations"]["post"]
    assert list(paths["/v1/token"]["post"]["requestBody"]["content"]) == ["application/x-www-form-urlencoded"]


async def test_it_is_served(laptop: Rig) -> None:
    answer = await laptop.browser().get("/openapi.json")
    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")

"""The whole of it."""

from pathlib import Path

from tests.unit.extproc.bootstrap.examples import mapping


def test_the_admin_page_is_local_and_shows_no_configuration() -> None:
    admin = mapping()["admin"]
    assert admin["address"]["socket_address"] == {"address": "127.0.0.1", "port_value": 15081}
    paths = {matcher["exact"] for matcher in admin["allow_paths"]}
    assert "/ready" in paths
    assert not paths & {"/config_dump", "/certs", "/clusters", "/logging", "/runtime_modify"}


def test_where_others_share_the_network_it_is_a_socket_of_its_user() -> None:
    admin = mapping(admin_socket=Path("/run/gatehouse/admin.sock"))["admin"]
    assert admin["address"] == {"pipe": {"path": "/run/gatehouse/admin.sock", "mode": 0o600}}


def test_memory_ends_in_refusals_not_in_a_kill() -> None:
    actions = [action["name"] for action in mapping()["overload_manager"]["actions"]]
    assert actions == ["envoy.overload_actions.shrink_heap", "envoy.overload_actions.stop_accepting_requests"]


def test_nothing_dynamic() -> None:
    assert set(mapping()) == {"node", "admin", "static_resources", "overload_manager"}

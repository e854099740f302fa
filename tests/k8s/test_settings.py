"""What the chart writes into ConfigMaps is what the program reads: by its own loader, compiler and Envoy bootstrap."""

from pathlib import Path
from typing import Any

import pytest

from sidecar.core.detect import catalogue
from sidecar.core.policy.book import compile_book
from sidecar.extproc.bootstrap.document import as_mapping
from sidecar.extproc.bootstrap.spec import spec_from
from sidecar.processes.providers import providers
from sidecar.rulebook.sources import read_sources
from sidecar.settings.load import load
from sidecar.settings.oauth import SubjectType
from sidecar.settings.values import Settings
from tests import written
from tests.k8s.rig import SETS, Object, containers, named, of_set, pods, rendered, values

POLICY = "policy: {name}\nrules: []\n"


def laid_out(folder: Path, objects: list[Object] | tuple[Object, ...], part: str, file: str = "gatehouse.yaml") -> Path:
    """The folders of /etc/gatehouse as the kubelet lays them out for this part."""
    policies = written.read(named(objects, "ConfigMap", f"gatehouse-{part}")["data"][file])["policies"]
    for pattern in policies["files"] if isinstance(policies, dict) else policies:
        name = pattern.split("/")[-2]
        (folder / "policies" / name).mkdir(parents=True, exist_ok=True)
        found = [o for o in objects if o["kind"] == "ConfigMap" and o["metadata"]["name"] == "gatehouse-policies"]
        texts = found[0]["data"] if name == "inline" else {f"{name}.yaml": POLICY.format(name=name)}
        for key, text in texts.items():
            (folder / "policies" / name / key).write_text(text)
    (folder / "config").mkdir(exist_ok=True)
    path = folder / "config" / file
    path.write_text(named(objects, "ConfigMap", f"gatehouse-{part}")["data"][file])
    return path


PARTS = [
    (name, part)
    for name in SETS
    for part in ("control", "gateway", "sidecar", "migration")
    if any(o["kind"] == "ConfigMap" and o["metadata"]["name"] == f"gatehouse-{part}" for o in of_set(name))
]


@pytest.mark.parametrize(("name", "part"), PARTS)
def test_the_program_takes_the_settings_and_the_policies(name: str, part: str, tmp_path: Path) -> None:
    settings = load(laid_out(tmp_path, of_set(name), part), environ={})
    assert compile_book(read_sources(settings.policies), catalogue.builtin())
    assert str(settings.state) == "/var/lib/gatehouse/state"


@pytest.mark.parametrize(("name", "part"), [pair for pair in PARTS if pair[1] in ("gateway", "sidecar")])
def test_envoy_gets_a_bootstrap(name: str, part: str, tmp_path: Path) -> None:
    settings = load(laid_out(tmp_path, of_set(name), part), environ={})
    bootstrap: Any = as_mapping(spec_from(settings, "secret", providers(settings)))
    address = bootstrap["static_resources"]["listeners"][0]["address"]["socket_address"]
    assert address["port_value"] == 15080
    assert (address["address"] == "127.0.0.1") is (part == "sidecar")


def read(tmp_path: Path, part: str, **changed: Any) -> Settings:
    return load(laid_out(tmp_path, rendered(values("production", **changed)), part), environ={})


def test_a_connection_may_take_websockets(tmp_path: Path) -> None:
    live = {"name": "live", "kind": "http", "url": "https://live.example.com"}
    more = {"upgrades": ["websocket"], "upgrade_timeout": "5m"}
    settings = read(tmp_path, "gateway", connections=[{**live, **more}])
    assert [(one.upgrades, one.upgrade_timeout) for one in settings.connections] == [(("websocket",), 300.0)]


def test_the_data_plane_finds_the_control_plane(tmp_path: Path) -> None:
    objects = of_set("production")
    gate = load(laid_out(tmp_path, objects, "gateway"), environ={}).control_plane
    service = named(objects, "Service", "gatehouse-control")
    host, _, port = gate.link.address.rpartition(":")
    assert host == "gatehouse-control.gatehouse.svc"
    assert int(port) in [one["port"] for one in service["spec"]["ports"]]
    assert not gate.link.local
    assert gate.link.ca is not None


def test_both_sides_read_one_link_key(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    sides = [
        load(laid_out(tmp_path / folder, of_set("production"), part), environ={}).control_plane.link.key.file
        for folder, part in (("a", "control"), ("b", "gateway"))
    ]
    assert [str(side).partition("..")[2] for side in sides] == ["/secrets/gatehouse-keys/link-key"] * 2


def test_certificates_have_the_names_that_are_asked_for() -> None:
    """Of the Services, in both modes in which they are made here."""
    certificate = named(of_set("production"), "Certificate", "gatehouse-tls")["spec"]
    own = written.read(named(of_set("sidecars"), "ConfigMap", "gatehouse-webhook")["data"]["webhook.yaml"])
    wanted = {"gatehouse-control.gatehouse.svc", "gatehouse-webhook.gatehouse.svc"}
    assert set(certificate["dnsNames"]) == wanted
    assert set(own["certificates"]["names"]) == wanted


def test_the_control_plane_knows_no_upstream_credential(tmp_path: Path) -> None:
    settings = load(laid_out(tmp_path, of_set("production"), "control"), environ={})
    assert {one.credential for one in settings.connections} == {None}
    spec = dict(pods(of_set("production")))["Deployment/gatehouse-control"]
    assert not any("upstream" in volume["name"] for volume in spec["volumes"])


def test_who_may_get_tokens_is_the_control_planes_business(tmp_path: Path) -> None:
    exchange = load(laid_out(tmp_path, of_set("production"), "gateway"), environ={}).exchange
    assert exchange is not None
    assert exchange.sources == ()
    assert exchange.issuer == "https://gatehouse.example.com"


@pytest.mark.parametrize("name", SETS)
def test_every_file_that_settings_name_is_mounted_where_they_are_read(name: str) -> None:
    """Each `../folder/...` in a part's settings is a mount of that part's pod, and secrets bring the key along."""
    for owner, spec in pods(of_set(name)):
        part = owner.removeprefix("Deployment/").removeprefix("StatefulSet/").removeprefix("gatehouse-")
        if part not in ("control", "gateway"):
            continue
        text = named(of_set(name), "ConfigMap", f"gatehouse-{part}")["data"]["gatehouse.yaml"]
        main = next(c for c in containers(spec) if c["name"] in ("control", "data-plane"))
        mounts = {mount["mountPath"].removeprefix("/etc/gatehouse"): mount["name"] for mount in main["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        for path in paths(written.read(text)):
            folder, _, file = path.rpartition("/")
            assert folder in mounts, (owner, path)
            volume = volumes[mounts[folder]]
            for source in (volume.get("secret"), volume.get("configMap")):
                if source and "items" in source:
                    assert file in [item["path"] for item in source["items"]], (owner, path)


def paths(value: object) -> list[str]:
    """Every text `../a/b/c` in a document, as `/a/b/c`."""
    if isinstance(value, dict):
        return [path for one in value.values() for path in paths(one)]
    if isinstance(value, list):
        return [path for one in value for path in paths(one)]
    return [value.removeprefix("..")] if isinstance(value, str) and value.startswith("../") else []


def test_the_migration_is_done_by_whoever_may(tmp_path: Path) -> None:
    database = read(tmp_path, "migration").record.database
    assert database.user == "gatehouse-admin"
    assert str(database.password_file).endswith("secrets/gatehouse-clickhouse/admin-password")
    (tmp_path / "gate").mkdir()
    assert read(tmp_path / "gate", "gateway").record.database.user == "gatehouse"


def test_what_the_chart_does_not_name_can_be_set_all_the_same(tmp_path: Path) -> None:
    limits = read(tmp_path, "gateway", settings={"limits": {"json_depth": 64}}).limits
    assert limits.json_depth == 64


def test_only_data_planes_open_the_place_of_a_bundle(tmp_path: Path) -> None:
    for part in ("gateway", "sidecar", "control"):
        (tmp_path / part).mkdir()
        bundle = read(tmp_path / part, part).bundle
        assert bundle is not None
        assert (bundle.name, bundle.at_least, bundle.every) == ("company", 20270131235959, 60.0)
        assert str(bundle.place) == "oci://registry.example.com/platform/policies:stable"
        assert (bundle.credential is None, bundle.ca is None) == ((part == "control"),) * 2
        if bundle.credential is not None:
            assert str(bundle.credential.source.file).endswith("secrets/gatehouse-registry/password")


def test_a_token_endpoint_gives_a_credential(tmp_path: Path) -> None:
    tickets = next(one for one in read(tmp_path, "gateway").connections if one.name == "tickets")
    assert tickets.credential is not None
    oauth = tickets.credential.oauth
    assert oauth is not None
    assert str(oauth.secret_file).endswith("secrets/gatehouse-tickets/client-secret")
    assert (oauth.client_id, oauth.exchange, oauth.scopes) == ("gatehouse", SubjectType.ACCESS_TOKEN, ("tickets.read",))
    assert str(oauth.ca) == "/run/gatehouse/authorities.pem"


OWN = {"client_id": "c", "client_secret": {"secret": {"name": "s", "key": "k"}}}


@pytest.mark.parametrize(
    ("oauth", "issuer", "server"),
    [
        ({"issuer": "https://i.example"}, "https://i.example", None),
        ({"discover": True}, None, "https://t.example/mcp"),
    ],
)
def test_a_token_endpoint_may_be_asked_for(tmp_path: Path, oauth: Object, issuer: object, server: object) -> None:
    tickets = {"name": "tickets", "kind": "mcp", "url": "https://t.example/mcp"}
    made = rendered(values("try", connections=[{**tickets, "credential": {"oauth": OWN | oauth}}]))
    found = load(laid_out(tmp_path, made, "gateway"), environ={}).upstream("tickets").credential
    assert found is not None
    assert found.oauth is not None
    assert (found.oauth.token_url, found.oauth.issuer, found.oauth.server) == ("", issuer, server)


def test_a_bundle_may_be_all_there_is(tmp_path: Path) -> None:
    bundle = {"url": "https://rules.example/company.tar", "public_keys": ["0f" * 32]}
    objects = rendered(values("try", policies={"preset": "none", "bundle": bundle}))
    settings = load(laid_out(tmp_path, objects, "gateway"), environ={})
    assert settings.policies == ()
    assert settings.bundle is not None
    assert not [one for one in objects if one["metadata"]["name"] == "gatehouse-policies"]

"""The rendered sidecar, run on this machine: exact containers, commands, settings and environment, and the real Claude
Agent SDK through them, identified by its pod's own token."""

import json
import sys
from collections.abc import Iterator

import pytest

from tests.k8s.pod_rig import ACCOUNT, ENDPOINT, PARTNER, UPSTREAM, Run, minted, running
from tests.polling import until


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with running(tmp_path_factory.mktemp("pod")) as found:
        yield found


def test_an_unmodified_agent_goes_through_its_pods_gate(run: Run) -> None:
    said = run.agent("[[echo]] write to ada.lovelace@example.com")
    assert not said["failed"], (said, run.on.log("gatehouse-data-plane")[-2000:], run.on.log("gatehouse-envoy")[-2000:])
    assert "ada.lovelace@example.com" in " ".join(said["texts"])
    assert b"ada.lovelace@example.com" not in run.everything
    assert run.key.encode() in run.everything


def test_the_model_sees_neither_the_pods_token_nor_what_stands_in_for_one(run: Run) -> None:
    assert run.call("authorization=Bearer gatehouse") == 200
    assert run.token.encode() not in run.everything
    assert b"Bearer gatehouse" not in run.everything


def test_the_models_key_is_nowhere_in_the_agents_container(run: Run) -> None:
    container = json.dumps(run.on.spec["containers"])
    assert run.key not in container
    assert "secret" not in container.lower()


def test_envoys_admin_page_is_not_the_agents(run: Run) -> None:
    """On the pod's network nothing of the gate listens but the gate and its metrics."""
    ports = {
        int(line.split()[1].rpartition(":")[2], 16)
        for line in run.on.inside("grep", "-h", " 0A ", "/proc/net/tcp", "/proc/net/tcp6").stdout.splitlines()
    }
    assert ports == {15080, 15095, UPSTREAM, ENDPOINT, PARTNER}
    ask = (
        "import socket,sys; s=socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); "
        "s.sendall(b'GET /ready HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'); print(s.recv(99))"
    )
    socket = run.on.volume("gatehouse-run") / "admin.sock"
    assert "200 OK" in run.on.inside(sys.executable, "-c", ask, str(socket)).stdout


def test_authorities_of_the_company_are_known_to_the_pods_gate(run: Run) -> None:
    known = (run.on.volume("gatehouse-run") / "authorities.pem").read_text()
    assert (run.on.volume("gatehouse-authorities") / "ca.crt").read_text() in known
    assert (run.on.volume("gatehouse-authority") / "ca.crt").read_text() in known


def test_a_person_behind_the_agent_comes_in_by_a_token_of_their_own(run: Run) -> None:
    assert run.call(f"authorization=Bearer {run.tokens.mint(sub='ada-of-the-company')}") == 200
    assert b"ada-of-the-company" in run.spool


def test_the_facts_name_the_service_account(run: Run) -> None:
    assert run.call() == 200
    assert ACCOUNT.encode() in run.spool
    assert run.key.encode() not in run.spool


@pytest.mark.parametrize(
    ("note", "headers", "status"),
    [
        ("nothing", (), 200),
        ("the key that stands in", ("x-api-key=gatehouse",), 200),
        ("a key of its own", ("x-api-key=other",), 401),
        ("a forged token", ("authorization=Bearer forged",), 401),
    ],
)
def test_who_may_come_in(note: str, headers: tuple[str, ...], status: int, run: Run) -> None:
    assert run.call(*headers) == status, note


async def test_the_pods_own_token_is_exchanged_for_an_agent_that_has_none(run: Run) -> None:
    await until(lambda: run.orders()[0] == 200)
    for stand_in in ((), ("authorization=Bearer gatehouse",), ("x-api-key=gatehouse",)):
        assert run.orders(*stand_in)[0] == 200
        assert run.partner.served[-1]["authorization"] == f"Bearer {given(run, run.token)}"
    exchanged = run.partner.asked[-1]
    assert exchanged["grant_type"].endswith(":token-exchange")
    assert exchanged["subject_token_type"].endswith(":jwt")
    assert [one["subject_token"] for one in run.partner.asked].count(run.token) == 1, "kept while it lasts"


async def test_with_a_person_behind_the_agent_theirs_is_exchanged(run: Run) -> None:
    person = run.tokens.mint(sub="bea-of-the-company")
    await until(lambda: run.orders(f"authorization=Bearer {person}")[0] == 200)
    assert run.partner.served[-1]["authorization"] == f"Bearer {given(run, person)}"
    assert run.orders()[0] == 200
    assert run.partner.served[-1]["authorization"] == f"Bearer {given(run, run.token)}"


async def test_a_token_that_the_cluster_renewed_is_exchanged_anew(run: Run) -> None:
    before, renewed = run.token, minted(run.tokens)
    run.renew(renewed)
    await until(lambda: run.orders()[0] == 200 and any(one["subject_token"] == renewed for one in run.partner.asked))
    assert run.orders()[0] == 200
    assert run.partner.served[-1]["authorization"] == f"Bearer {given(run, renewed)}"
    assert before != renewed


async def test_without_the_endpoint_nothing_reaches_the_partner_and_the_agent_reads_why(run: Run) -> None:
    await until(lambda: run.orders()[0] == 200)
    run.partner.away()
    run.renew(minted(run.tokens))
    await until(lambda: run.orders()[0] == 503)
    served = len(run.partner.served)
    status, said = run.orders()
    assert status == 503
    assert "No token for connection 'orders': the token endpoint cannot be reached" in said
    assert "try again in a few seconds" in said
    assert len(run.partner.served) == served
    run.partner.back()
    await until(lambda: run.orders()[0] == 200)
    assert run.partner.served[-1]["authorization"] == f"Bearer {given(run, run.token)}"


def test_no_token_of_either_side_is_at_rest(run: Run) -> None:
    for one in run.partner.asked:
        for token in filter(None, (one["subject_token"], one["given"])):
            assert token.rpartition(".")[2].encode() not in run.spool
    assert not any(name.startswith("x-gatehouse") for one in run.partner.served for name in one)


def given(run: Run, token: str) -> str:
    """What the endpoint gave for it last."""
    return [one["given"] for one in run.partner.asked if one["subject_token"] == token][-1]


def test_probes_hold_and_a_gate_without_its_data_plane_passes_nothing(run: Run) -> None:
    for one in run.on.spec["initContainers"][1:]:
        assert run.on.holds(one["livenessProbe"]), one["name"]
    before = run.everything
    name, process = next(pair for pair in run.on._running if pair[0] == "gatehouse-data-plane")
    process.terminate()
    process.wait(30)
    assert run.call() >= 500
    assert run.everything == before, name

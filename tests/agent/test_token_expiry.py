"""A session that outlives its tokens: `gatehouse token exchange` as Claude's `apiKeyHelper`.

Found out with the SDK itself: it shows the helper's token in both headers, `x-api-key` and `authorization`. After its
TTL it first tries the token that it has; on a 401 it calls the helper and asks again, whatever `x-should-retry` says.

Strategy: the real control plane with tokens that hold for four seconds, a real provider, a real login, the real Envoy
with no patience for late clocks, the real SDK. In front of the simulated API a driver notes whose token came in.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from claude_agent_sdk import AssistantMessage, ClaudeAgentOptions, ClaudeSDKClient, ResultMessage, TextBlock

from sidecar.core.exchange import commands as c
from sidecar.extproc.bootstrap.spec import ConnectionSpec, ProviderSpec
from sidecar.extproc.identity import ClaimNames
from sidecar.simulator.provider_serve import provide
from sidecar.simulator.recording import read_recording
from sidecar.simulator.serve import Options, start
from tests.envoy.driver import KEY, Driven, Passing
from tests.envoy.rig import Envoy, Loop, Plane, Rig, Tokens, free_port, spec_for
from tests.envoy.upstream import Upstream
from tests.limited import limited, stopped
from tests.polling import until

PROGRAM = (sys.executable, "-m", "sidecar.cli.main")
LIFETIME = 4  # seconds
CONFIG = """
control: {{url: "http://127.0.0.1:{port}", listen: {{port: {port}}}, gates: {{port: {gates}}}}}
development: {{identity: true}}
identity:
  exchange:
    lifetime: {lifetime}s
    from:
      - {{name: company, kind: oidc, issuer: "{issuer}", audiences: [cli], login: {{client_id: cli}}}}
"""


@dataclass(frozen=True, slots=True)
class Laptop:
    """Where somebody is logged in."""

    home: Path
    control: str

    @property
    def helper(self) -> str:
        return " ".join((*PROGRAM, "token", "exchange"))

    def environment(self) -> dict[str, str]:
        return {"HOME": str(self.home), "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": ""}


@contextmanager
def control_plane(folder: Path, issuer: str) -> Iterator[str]:
    port, gates = free_port(), free_port()
    file = folder / "gatehouse.yaml"
    file.write_text(CONFIG.format(port=port, gates=gates, lifetime=LIFETIME, issuer=issuer))
    with (folder / "control.log").open("w") as log:
        process = subprocess.Popen((*PROGRAM, "serve", "control", "--config", file), stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (folder / "control.log").read_text()
        try:
            return httpx.get(f"{url}/readyz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    try:
        asyncio.run(until(answers, 60))
        yield url
    finally:
        stopped(process)


def log_in(laptop: Laptop) -> None:
    """`gatehouse login`, and what a person does in the browser."""
    words = (*PROGRAM, "login", "--no-browser", "--control", laptop.control)
    with limited(subprocess.Popen(words, env=laptop.environment(), stderr=subprocess.PIPE, text=True)) as process:
        address = next(line.strip() for line in process.stderr if line.strip().startswith("http"))
        form = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        httpx.post(address.partition("?")[0], data={**form, "user": "ada"}, follow_redirects=True, trust_env=False)
        assert "Logged in as company/ada" in process.stderr.read()
    assert process.returncode == 0


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    folder = tmp_path_factory.mktemp("laptop")
    with provide() as provider, control_plane(folder, provider.url) as control:
        laptop = Laptop(folder / "home", control)
        laptop.home.mkdir()
        log_in(laptop)
        yield laptop


def agent(laptop: Laptop, folder: Path, base_url: str) -> ClaudeSDKClient:
    """The SDK with a helper and nothing else to show."""
    environment = {
        **laptop.environment(),
        "CLAUDE_CONFIG_DIR": str(folder / "claude"),
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_AUTH_TOKEN": "",
        "ANTHROPIC_API_KEY": "",
        "CLAUDE_CODE_API_KEY_HELPER_TTL_MS": "1000",
        "CLAUDE_CODE_MAX_RETRIES": "1",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
    settings = json.dumps({"apiKeyHelper": laptop.helper})
    return ClaudeSDKClient(ClaudeAgentOptions(cwd=folder, env=environment, setting_sources=[], settings=settings))


async def said(client: ClaudeSDKClient, prompt: str) -> tuple[str, bool]:
    texts, ok = [], False
    async with asyncio.timeout(150):
        await client.query(prompt)
        async for message in client.receive_response():
            if isinstance(message, AssistantMessage):
                texts += [block.text for block in message.content if isinstance(block, TextBlock)]
            if isinstance(message, ResultMessage):
                ok = not message.is_error
    return "\n".join(texts), ok


class ToTheModel(Passing):
    """Passing on what the model's side wants to see."""

    def forward(self, body: bytes | None) -> Sequence[c.Command]:
        (passed,) = super().forward(body)
        assert isinstance(passed, c.Forward)
        removed = tuple(name for name in passed.remove if not name.startswith("anthropic-"))
        return [replace(passed, remove=removed)]


@dataclass(frozen=True, slots=True)
class Door:
    """An Envoy that trusts only the control plane, and what came through it."""

    url: str
    driven: Driven

    def tokens(self) -> list[str]:
        callers = [one.events[0].caller for one in self.driven.exchanges if one.events]  # type: ignore[union-attr]
        return [caller.token for caller in callers if caller is not None]


@contextmanager
def door(laptop: Laptop, folder: Path, upstream: str) -> Iterator[Door]:
    loop, plane, nobody = Loop(), Plane(folder / "ext_proc.sock"), Upstream()
    loop.run(plane.start())
    loop.run(nobody.start(None))
    keys = ProviderSpec("gatehouse", laptop.control, ("gatehouse",), jwks_url=f"{laptop.control}/.well-known/jwks.json")
    spec = spec_for(
        folder, Tokens(), nobody, providers=(keys,), clock_skew=1,
        connections=(ConnectionSpec("claude", upstream),),
    )  # fmt: skip
    envoy = Envoy(spec, folder)
    driven = Driven(Rig(folder, loop, Tokens(), nobody, plane, envoy), ToTheModel)
    driven.seat.providers["gatehouse"] = ClaimNames()  # type: ignore[index]
    try:
        yield Door(envoy.url, driven)
    finally:
        envoy.stop()
        loop.run(nobody.stop())
        loop.run(plane.stop())
        loop.close()


async def test_a_session_goes_on_past_the_end_of_its_token(laptop: Laptop, tmp_path: Path) -> None:
    with start(Options(api_key=KEY)) as simulator, door(laptop, tmp_path, simulator.url) as gate:
        async with agent(laptop, tmp_path, gate.url) as client:
            assert await said(client, "[[say:before]]") == ("before", True)
            first = gate.tokens()[-1]
            await asyncio.sleep(2 * LIFETIME)
            assert await said(client, "[[say:after]]") == ("after", True)
        assert gate.tokens()[-1] != first


async def test_in_which_header_the_helpers_token_comes(laptop: Laptop, tmp_path: Path) -> None:
    """Both, so Envoy looks into both (`tests/envoy/test_own_tokens.py`)."""
    record = tmp_path / "received.jsonl"
    with start(Options(bearer=True, record=record)) as simulator:
        async with agent(laptop, tmp_path, simulator.url) as client:
            assert await said(client, "[[say:hello]]") == ("hello", True)
    messages = [one for one in read_recording(record) if one.path.startswith("/v1/messages")]
    assert messages
    for one in messages:
        assert one.header("x-api-key")
        assert one.header("authorization") == f"Bearer {one.header('x-api-key')}"


def test_the_helper_prints_a_token_and_nothing_else(laptop: Laptop) -> None:
    words = laptop.helper.split()
    began = time.monotonic()
    given = {"env": laptop.environment(), "capture_output": True, "text": True, "timeout": 90}
    done = [subprocess.run(words, check=True, **given) for _ in "12"]  # type: ignore[call-overload]
    assert [one.stdout.count(".") for one in done] == [2, 2]
    assert [one.stderr for one in done] == ["", ""]
    assert time.monotonic() - began < 30


def test_without_a_login_it_says_what_to_do(tmp_path: Path, laptop: Laptop) -> None:
    words = (*laptop.helper.split(), "--control", laptop.control)
    home = {"HOME": str(tmp_path)}
    done = subprocess.run(words, env=home, capture_output=True, text=True, check=False, timeout=90)
    assert (done.returncode, done.stdout) == (1, "")
    assert "gatehouse login" in done.stderr

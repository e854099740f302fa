"""One mail to a real mail server: in the clear, over both kinds of TLS, and refused in every way."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from sidecar.control.notify.mail import mail
from sidecar.control.notify.message import message
from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.smtp import send
from sidecar.settings.notify import Email, Security
from tests.certificates import Authority
from tests.receivers import Mailbox, mailbox
from tests.unit.control.notify.told import URL, evil_message, news

TO = Email("localhost", 25, Security.NONE, "gate@example.com", ("a@example.com", "b@example.com"))
TAKEN = Outcome(True, "250: the mail server took it")
OPEN = "open " + "sesame"


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mailbox() as made:
        yield made


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(str(tmp_path / "ca"))


@pytest.fixture
def tls(authority: Authority) -> ssl.SSLContext:
    issued = authority.issue("localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(issued.certificate, issued.key)
    return context


def letter(to: Email = TO) -> EmailMessage:
    return mail(message(news(), URL), to, "nt_1", 1_000.0)


async def test_it_arrives(box: Mailbox) -> None:
    to = replace(TO, port=box.port)
    assert await send(to, letter(to), None) == TAKEN
    (arrived,) = box.mails
    assert (arrived["Subject"], arrived["Message-ID"]) == ("A call waits for you: Bash for dev", "<nt_1@example.com>")
    assert box.to == [["a@example.com", "b@example.com"]]


async def test_what_an_agent_writes_adds_nobody(box: Mailbox) -> None:
    to = replace(TO, port=box.port)
    assert (await send(to, mail(evil_message(), to, "nt_1", 1.0), None)).delivered
    assert box.to == [["a@example.com", "b@example.com"]]
    assert "Bcc" not in box.mails[0]
    assert box.mails[0].is_multipart()


async def test_starttls_and_a_sign_in(authority: Authority, tls: ssl.SSLContext) -> None:
    async with mailbox(tls) as box:
        to = replace(TO, port=box.port, security=Security.STARTTLS, ca=authority.certificate, user="gate")
        assert await send(to, letter(), OPEN) == TAKEN
        assert (box.over_tls, box.signed_in) == ([True], [(b"gate", OPEN.encode())])
        assert await send(to, letter(), "wrong") == Outcome(False, "The mail server refused the sign-in (535).")
        assert len(box.mails) == 1


async def test_implicit_tls(authority: Authority, tls: ssl.SSLContext) -> None:
    async with mailbox(tls, implicit=True) as box:
        to = replace(TO, port=box.port, security=Security.IMPLICIT, ca=authority.certificate)
        assert await send(to, letter(), None) == TAKEN
        assert len(box.mails) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.IMPLICIT])
async def test_an_authority_that_nobody_trusts(tls: ssl.SSLContext, security: Security) -> None:
    async with mailbox(tls, implicit=security is Security.IMPLICIT) as box:
        outcome = await send(replace(TO, port=box.port, security=security), letter(), None)
        assert outcome == Outcome(False, "TLS with the mail server failed: look at its certificate and at `ca`.")
        assert box.mails == []


async def test_a_certificate_of_another_name(authority: Authority, tls: ssl.SSLContext) -> None:
    async with mailbox(tls) as box:
        to = replace(TO, server="127.0.0.1", port=box.port, security=Security.STARTTLS, ca=authority.certificate)
        assert not (await send(to, letter(), None)).delivered
        assert box.mails == []


async def test_without_starttls_nothing_is_sent(box: Mailbox) -> None:
    to = replace(TO, port=box.port, security=Security.STARTTLS, user="gate")
    outcome = await send(to, letter(), OPEN)
    assert (outcome.delivered, "STARTTLS" in outcome.said) == (False, True)
    assert (box.mails, box.signed_in) == ([], [])


ANSWERS = (
    ("later", "451 try\x1b again", Outcome(False, "451: try\\x1b again")),
    ("never", "554 no thanks", Outcome(False, "554: no thanks", final=True)),
)


@pytest.mark.parametrize(("note", "says", "outcome"), ANSWERS, ids=[one[0] for one in ANSWERS])
async def test_refused(box: Mailbox, note: str, says: str, outcome: Outcome) -> None:
    box.says = says
    assert await send(replace(TO, port=box.port), letter(), None) == outcome


REFUSED = (
    ("one of two", {"a@example.com": "550 unknown"}, Outcome(True, f"{TAKEN.said}, but not for a@example.com")),
    ("all, for good", dict.fromkeys(TO.to, "550 unknown"), Outcome(False, "550: unknown", final=True)),
    (
        "one of them for now",
        {"a@example.com": "550 unknown", "b@example.com": "450 busy"},
        Outcome(False, "550: unknown"),
    ),
)


@pytest.mark.parametrize(("note", "refuses", "outcome"), REFUSED, ids=[one[0] for one in REFUSED])
async def test_recipients(box: Mailbox, note: str, refuses: dict[str, str], outcome: Outcome) -> None:
    box.refuses = refuses
    assert await send(replace(TO, port=box.port), letter(), None) == outcome


async def test_nobody_there() -> None:
    async with mailbox() as gone:
        to = replace(TO, port=gone.port)
    assert await send(to, letter(), None) == Outcome(False, "The mail server could not be reached, or hung up.")


async def test_whoever_hangs_is_left_and_gets_no_mail_after_all() -> None:
    gone = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        gone.set()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    to = replace(TO, port=server.sockets[0].getsockname()[1])
    assert await send(to, letter(), None, within=0.3) == Outcome(False, "The mail server did not finish in time.")
    async with asyncio.timeout(5):
        await gone.wait()
    server.close()
    await server.wait_closed()

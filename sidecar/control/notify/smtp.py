"""One mail to a mail server.

Strategy: the standard library's client, which blocks, in a thread of its own. When a try has taken too long its socket
is shut, and with it the thread ends.

Rules:
- STARTTLS is demanded, not hoped for: a server that does not offer it gets neither the password nor the mail.
- 4xx is for later, 5xx is final (RFC 5321 section 4.2.1), but a refused sign-in may be mended.
"""

import asyncio
import contextlib
import smtplib
import socket
import ssl
from email.message import EmailMessage

from sidecar.control.notify.outcome import Outcome
from sidecar.control.visible import line
from sidecar.settings.notify import Email, Security

WITHIN = 30.0  # seconds for a whole try: a mail server may look at who comes for a while before it speaks
QUIET = 10.0  # seconds without a word
LONGEST_REPLY = 200


async def send(to: Email, mail: EmailMessage, password: str | None, within: float = WITHIN) -> Outcome:
    sending = _Sending(to, mail, password)
    thread = asyncio.create_task(asyncio.to_thread(sending.run))
    try:
        async with asyncio.timeout(within):
            return await asyncio.shield(thread)
    except TimeoutError:
        return Outcome(False, "The mail server did not finish in time.")
    finally:
        sending.stop()


class _Sending:
    """One try, in a thread."""

    def __init__(self, to: Email, mail: EmailMessage, password: str | None) -> None:
        self._to = to
        self._mail = mail
        self._password = password
        self._client: smtplib.SMTP | None = None
        self._stopped = False

    def run(self) -> Outcome:
        try:
            return self._sent()
        except smtplib.SMTPAuthenticationError as error:
            return Outcome(False, f"The mail server refused the sign-in ({error.smtp_code}).")
        except smtplib.SMTPNotSupportedError:
            return Outcome(False, "The mail server does not offer what the settings demand (STARTTLS, or a sign-in).")
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            # One that would be taken later is worth another try.
            return Outcome(False, _shown(code, said), final=all(one[0] >= 500 for one in error.recipients.values()))
        except smtplib.SMTPResponseException as error:
            return Outcome(False, _shown(error.smtp_code, error.smtp_error), final=error.smtp_code >= 500)
        except ssl.SSLError:
            return Outcome(False, "TLS with the mail server failed: look at its certificate and at `ca`.")
        except (smtplib.SMTPException, OSError, UnicodeError):
            return Outcome(False, "The mail server could not be reached, or hung up.")

    def stop(self) -> None:
        """Whatever the thread waits for, it waits no longer; and a mail that was given up is not sent after all."""
        self._stopped = True
        connection = self._client.sock if self._client else None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _sent(self) -> Outcome:
        context = ssl.create_default_context(cafile=str(self._to.ca) if self._to.ca else None)
        implicit = self._to.security is Security.IMPLICIT
        # Else it would ask the resolver for a name of this machine, which can take longer than the mail.
        name = self._to.sender.rpartition("@")[2]
        made = (
            smtplib.SMTP_SSL(local_hostname=name, timeout=QUIET, context=context)
            if implicit
            else smtplib.SMTP(local_hostname=name, timeout=QUIET)
        )
        self._client = made
        # The name that the certificate is checked against. Only the constructor sets it, and that would connect before
        # anybody could stop it.
        made._host = self._to.server  # type: ignore[attr-defined]
        made.connect(self._to.server, self._to.port)
        try:
            if self._stopped:
                raise TimeoutError
            made.ehlo_or_helo_if_needed()
            if self._to.security is Security.STARTTLS:
                made.starttls(context=context)
                made.ehlo()
            if self._to.user is not None and self._password is not None:
                made.login(self._to.user, self._password)
            refused = made.send_message(self._mail, self._to.sender, list(self._to.to))
            return Outcome(True, _taken(refused))
        finally:
            # It has been taken: how the server says goodbye changes nothing.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                made.quit()


def _taken(refused: dict[str, tuple[int, bytes]]) -> str:
    if not refused:
        return "250: the mail server took it"
    return f"250: the mail server took it, but not for {', '.join(map(line, refused))}"


def _shown(code: int, said: bytes | str) -> str:
    text = line((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).replace("\n", " "))
    return f"{code}: {text[:LONGEST_REPLY]}"

"""Mails: headers that nobody can add to, HTML that nobody can write into."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from sidecar.control.notify.mail import LONGEST_SUBJECT, html, mail, plain
from sidecar.control.notify.message import Message, message
from sidecar.settings.notify import Email, Security
from tests.unit.control.notify.told import URL, evil_message, news, ticket

TO = Email("mail.test", 25, Security.NONE, "gate@example.com", ("a@example.com", "b@example.com"))
HEADERS = ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


def sent(made: Message) -> EmailMessage:
    """As it arrives."""
    arrived = message_from_bytes(mail(made, TO, "nt_1", 1_000.0).as_bytes(), policy=policy.default)
    assert isinstance(arrived, EmailMessage)
    return arrived


def part(arrived: EmailMessage, kind: str) -> str:
    found = arrived.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


def test_a_mail() -> None:
    arrived = sent(message(news(), URL))
    assert arrived.keys() == HEADERS
    assert arrived["Subject"] == "A call waits for you: Bash for dev"
    assert (arrived["To"], arrived["From"]) == ("a@example.com, b@example.com", "gate@example.com")
    assert arrived["Message-ID"] == "<nt_1@example.com>"
    text = part(arrived, "plain")
    assert "Caller:         dev" in text
    assert "    rm -rf /srv" in text
    assert f"Look and decide: {URL}/approvals/tk_1" in text
    page = part(arrived, "html")
    assert f'href="{URL}/approvals/tk_1"' in page
    assert ">rm -rf</mark>" in page


def test_no_header_can_be_added() -> None:
    arrived = sent(evil_message())
    assert arrived.keys() == HEADERS
    assert "Bcc" not in arrived
    assert "\n" not in arrived["Subject"]
    assert len(arrived["Subject"]) <= LONGEST_SUBJECT


def test_a_break_in_the_title_itself() -> None:
    made = message(news(of=ticket(subject="x\r\nBcc: all@evil.test\r\n\r\nbody", tool=None)), URL)
    arrived = sent(made)
    assert arrived.keys() == HEADERS
    assert arrived["Subject"].endswith("x\\x0d\\nBcc: all@evil.test\\x0d\\n\\x0d\\nbody")


def test_no_html_can_be_written() -> None:
    page = html(evil_message())
    assert "<b>" not in page
    assert "<!channel>" not in page
    assert page.count("<a ") == 1
    assert "&lt;b&gt;@here" in page


def test_other_alphabets_arrive() -> None:
    arrived = sent(message(news(of=ticket(subject="zoë 日本", tool=None)), URL))
    assert arrived["Subject"] == "A call waits for you: a request of zoë 日本"
    assert "zoë 日本" in part(arrived, "html")


def test_what_is_missing_leaves_no_gap() -> None:
    assert "\n\n\n" not in plain(message(news(content=False), URL))
    assert "1 more on the card" in plain(evil_message())

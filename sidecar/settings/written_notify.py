"""The section `control.notifications` of `gatehouse.yaml`: every setting, its default, its sentence."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sidecar.settings import notify as n
from sidecar.settings.section import Section, SourceSection
from sidecar.settings.source import Source
from sidecar.settings.units import NOT_EMPTY, Name, Port, Text, WebAddress

SUBMISSION = 587  # RFC 6409
_NOT_IN_ADDRESSES = frozenset(' <>,;:"()[]\\')


def _mail_address(text: str) -> str:
    """An address and nothing else: what stands here goes into headers, and no name or list belongs there."""
    name, _, host = text.rpartition("@")
    if not name or not host or "@" in name or not text.isascii() or not _NOT_IN_ADDRESSES.isdisjoint(text):
        raise ValueError("expected a mail address such as sre@example.com")
    return text


MailAddress = Annotated[Text, AfterValidator(_mail_address)]
When = Literal["opened", "reminder", "decided", "expired", "blocked", "lifted"]
# What somebody who decides wants to know; what was stopped is for others.
STANDARD: tuple[When, ...] = ("opened", "reminder", "decided", "expired")


class EmailSection(Section):
    server: Annotated[Text, Field(description="The mail server that takes our mails.")]
    port: Annotated[Port, Field(ge=1, description="Its port.")] = SUBMISSION
    tls: Annotated[
        n.Security, Field(description="starttls, implicit (as on port 465), or none: for a server without a password.")
    ] = n.Security.STARTTLS
    sender: Annotated[MailAddress, Field(alias="from", description="Whom mails are from.")]
    to: Annotated[tuple[MailAddress, ...], *NOT_EMPTY, Field(description="Whom they go to.")]
    user: Annotated[Text | None, Field(description="The name to sign in with.")] = None
    password: Annotated[SourceSection | None, Field(description="Where the password for it is.")] = None
    ca: Annotated[Text | None, Field(description="PEM file that the server is checked against.")] = None

    @model_validator(mode="after")
    def _together(self) -> "EmailSection":
        if (self.user is None) != (self.password is None):
            raise ValueError("`user` and `password` go together")
        if self.password is not None and self.tls is n.Security.NONE:
            raise ValueError("a password would travel in the clear: use tls starttls or implicit")
        return self


class DestinationSection(Section):
    webhook: Annotated[WebAddress | None, Field(description="A program of yours that takes signed JSON.")] = None
    secret: Annotated[
        SourceSection | None,
        Field(description="What a webhook's messages are signed with; several, one a line, while you change it."),
    ] = None
    slack: Annotated[
        SourceSection | None, Field(description="Where the address of a Slack-compatible incoming webhook is.")
    ] = None
    teams: Annotated[SourceSection | None, Field(description="Where the address of a Teams workflow's webhook is.")] = (
        None
    )
    email: Annotated[EmailSection | None, Field(description="Mail through a server of yours.")] = None

    @model_validator(mode="after")
    def _one(self) -> "DestinationSection":
        if sum(chosen is not None for chosen in (self.webhook, self.slack, self.teams, self.email)) != 1:
            raise ValueError("needs exactly one of `webhook`, `slack`, `teams` and `email`")
        if (self.webhook is None) != (self.secret is None):
            raise ValueError("`webhook` and `secret` go together: who receives it has to know that it is ours")
        return self


class NotificationSection(Section):
    name: Annotated[Name, Field(description="A name of your own for it.")]
    to: Annotated[DestinationSection, Field(description="Where messages go.")]
    when: Annotated[tuple[When, ...], *NOT_EMPTY, Field(description="Of what they tell.")] = STANDARD
    rules: Annotated[
        tuple[Text, ...], Field(description="Only of calls that these rules hold: `rule` or `policy/rule`, with `*`.")
    ] = ()
    approvers: Annotated[
        tuple[Text, ...], Field(description="Only of calls that somebody of these groups may decide on.")
    ] = ()
    content: Annotated[
        Literal["none", "masked"], Field(description="masked: also the masked texts that the card shows.")
    ] = "none"


def _distinct(sections: tuple[NotificationSection, ...]) -> tuple[NotificationSection, ...]:
    names = [one.name for one in sections]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"the name {twice[0]!r} is already taken")
    return sections


Notifications = Annotated[tuple[NotificationSection, ...], AfterValidator(_distinct)]


def routes_from(sections: tuple[NotificationSection, ...], folder: Path) -> tuple[n.Route, ...]:
    return tuple(
        n.Route(
            name=one.name,
            to=_destination(one.to, folder),
            when=frozenset(n.Occasion(word) for word in one.when),
            rules=one.rules,
            approvers=one.approvers,
            content=one.content == "masked",
        )
        for one in sections
    )


def _destination(to: DestinationSection, folder: Path) -> n.Destination:
    if to.webhook is not None and to.secret is not None:
        return n.Webhook(to.webhook, _source(to.secret, folder))
    if to.slack is not None:
        return n.Slack(_source(to.slack, folder))
    if to.teams is not None:
        return n.Teams(_source(to.teams, folder))
    if to.email is None:
        raise ValueError("a destination without a place: the section lets none through")
    mail = to.email
    return n.Email(
        server=mail.server,
        port=mail.port,
        security=mail.tls,
        sender=mail.sender,
        to=mail.to,
        user=mail.user,
        password=_source(mail.password, folder) if mail.password else None,
        ca=folder / mail.ca if mail.ca else None,
    )


def _source(source: SourceSection, folder: Path) -> Source:
    return Source(source.env, folder / source.file if source.file else None)

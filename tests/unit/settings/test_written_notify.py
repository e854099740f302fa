"""The section `control.notifications`: what may stand in it, and what becomes of it."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sidecar.settings.load import load
from sidecar.settings.notify import Email, Occasion, Route, Security, Slack, Teams, Webhook
from sidecar.settings.source import Source
from sidecar.settings.written_control import ControlSection, control_from
from sidecar.settings.written_notify import NotificationSection, routes_from

FOLDER = Path("/etc/gatehouse")
HOOK = {"webhook": "https://hooks.example.com/gate", "secret": {"env": "HOOK"}}
MAIL = {"server": "mail.example.com", "from": "gate@example.com", "to": ["sre@example.com"]}


def route(to: dict[str, Any], **more: Any) -> Route:
    section = NotificationSection.model_validate({"name": "ops", "to": to, **more})
    return routes_from((section,), FOLDER)[0]


def test_what_is_not_written() -> None:
    made = route(HOOK)
    assert made == Route(
        "ops",
        Webhook("https://hooks.example.com/gate", Source(env="HOOK")),
        frozenset({Occasion.OPENED, Occasion.REMINDER, Occasion.DECIDED, Occasion.EXPIRED}),
    )


def test_everything_written() -> None:
    made = route(
        {"slack": {"file": "slack"}},
        when=["blocked", "lifted"],
        rules=["engineering/*"],
        approvers=["sre"],
        content="masked",
    )
    assert made.to == Slack(Source(file=FOLDER / "slack"))
    assert (made.when, made.rules, made.approvers, made.content) == (
        frozenset({Occasion.BLOCKED, Occasion.LIFTED}),
        ("engineering/*",),
        ("sre",),
        True,
    )


def test_teams_and_mail() -> None:
    assert route({"teams": {"env": "T"}}).to == Teams(Source(env="T"))
    assert route({"email": MAIL}).to == Email(
        "mail.example.com", 587, Security.STARTTLS, "gate@example.com", ("sre@example.com",)
    )
    more = {"port": 465, "tls": "implicit", "user": "gate", "password": {"file": "p"}, "ca": "ca.pem"}
    made = route({"email": {**MAIL, **more}}).to
    assert isinstance(made, Email)
    assert (made.port, made.security, made.user, made.password, made.ca) == (
        465,
        Security.IMPLICIT,
        "gate",
        Source(file=FOLDER / "p"),
        FOLDER / "ca.pem",
    )
    assert route({"email": {**MAIL, "tls": "none"}}).kind == "email"


ONE = "exactly one of `webhook`, `slack`, `teams` and `email`"
WRONG = (
    ("nowhere", {"to": {}}, ONE),
    ("two places", {"to": {**HOOK, "slack": {"env": "S"}}}, ONE),
    ("a webhook without a secret", {"to": {"webhook": HOOK["webhook"]}}, "go together"),
    ("a secret without a webhook", {"to": {"slack": {"env": "S"}, "secret": {"env": "X"}}}, "go together"),
    ("a secret in the address", {"to": {**HOOK, "webhook": "https://u:p@x.test"}}, "user or password"),
    ("an address where its place belongs", {"to": {"slack": "https://hooks.slack.com/services/T/B/x"}}, "dictionary"),
    ("a time that is none", {"to": HOOK, "when": ["always"]}, "'opened'"),
    ("never", {"to": HOOK, "when": []}, "at least one"),
    ("all texts", {"to": HOOK, "content": "all"}, "'masked'"),
    ("a user without a password", {"to": {"email": {**MAIL, "user": "x"}}}, "go together"),
    (
        "a password in the clear",
        {"to": {"email": {**MAIL, "tls": "none", "user": "x", "password": {"env": "P"}}}},
        "in the clear",
    ),
    ("to nobody", {"to": {"email": {**MAIL, "to": []}}}, "at least one"),
    ("a header more", {"to": {"email": {**MAIL, "from": "a@x.test\r\nBcc: b@x.test"}}}, "control characters"),
    *(
        (f"no address: {wrong}", {"to": {"email": {**MAIL, "to": [wrong]}}}, "mail address")
        for wrong in ("x", "@x", "x@", "a@b@c", "a b@x.test", "Ann <a@x.test>", "a@x.test,b@x.test", "zoë@x.test")
    ),
)


@pytest.mark.parametrize(("note", "section", "said"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_said(note: str, section: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        NotificationSection.model_validate({"name": "ops", **section})


def test_names_are_distinct() -> None:
    one = {"name": "ops", "to": HOOK}
    with pytest.raises(ValidationError, match="'ops' is already taken"):
        ControlSection.model_validate({"notifications": [one, {**one, "name": "other"}, one]})


def test_the_documented_example(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs" / "notifications.md").read_text()
    example = text.split("```yaml\n")[1].split("```")[0]
    (tmp_path / "gatehouse.yaml").write_text(f"development: {{identity: true}}\n{example}")
    routes = load(tmp_path / "gatehouse.yaml", {}).control_plane.notifications
    assert [(one.name, one.kind) for one in routes] == [
        ("sre-chat", "slack"),
        ("security", "teams"),
        ("on-call", "email"),
        ("bookkeeping", "webhook"),
    ]


def test_part_of_the_control_plane() -> None:
    written = ControlSection.model_validate({"notifications": [{"name": "ops", "to": HOOK}]})
    assert [one.name for one in control_from(written, FOLDER, FOLDER).notifications] == ["ops"]
    assert control_from(ControlSection(), FOLDER, FOLDER).notifications == ()

"""What a signed assertion says, and whether it says so to us, now.

Rules (SAML 2.0 profiles, 4.1.4.2 and 4.1.4.3): issuer, audience, the times of the conditions and of the bearer
confirmation, recipient, and that it succeeded. Each refusal names what was wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.signed import LEEWAY
from sidecar.settings.tokens import Source

_NS = "urn:oasis:names:tc:SAML:2.0:"
ASSERTION = f"{{{_NS}assertion}}Assertion"
RESPONSE = f"{{{_NS}protocol}}Response"
SUCCESS = f"{_NS}status:Success"
BEARER = f"{_NS}cm:bearer"
# Providers give an assertion five minutes, some an hour; one for days is a password.
LONGEST = 24 * 3600.0


def _a(name: str) -> str:
    return f"{{{_NS}assertion}}{name}"


def _p(name: str) -> str:
    return f"{{{_NS}protocol}}{name}"


@dataclass(frozen=True, slots=True)
class Assertion:
    """`until`: it cannot be shown after that; so long its id is remembered."""

    id: str
    name: str
    attributes: dict[str, tuple[str, ...]]
    issued: float
    until: float
    session_until: float | None

    def claims(self) -> dict[str, object]:
        """As mapping reads them; the name is one of them, and no attribute can be it."""
        single: dict[str, object] = {
            key: values[0] if len(values) == 1 else values for key, values in self.attributes.items()
        }
        return {**single, "NameID": self.name}


def read(signed: Any, source: Source, now: float) -> Assertion:
    """The assertion in a signed element, or the reason why it does not count."""
    return _Reading(source, now).read(signed)


class _Reading:
    def __init__(self, source: Source, now: float) -> None:
        self._source = source
        self._now = now

    def read(self, signed: Any) -> Assertion:
        if signed.tag == RESPONSE:
            self._response(signed)
        one = signed if signed.tag == ASSERTION else self._only(signed, _a("Assertion"))
        name = one.get("ID")
        if one.get("Version") != "2.0" or not name:
            raise self._refuse("The assertion is not of SAML 2.0.")
        if _text(self._only(one, _a("Issuer"))) != self._source.issuer:
            raise self._refuse(f"The assertion is not of {self._source.name}'s issuer.")
        issued = self._moment(one, "IssueInstant")
        if issued is None or issued - LEEWAY > self._now:
            raise self._refuse("The assertion is from the future: the clocks of its issuer and of this server differ.")
        conditions = self._conditions(self._only(one, _a("Conditions")))
        subject = self._only(one, _a("Subject"))
        confirmed = self._confirmed(subject)
        # No end of the conditions: the confirmation has one, always.
        until = min(conditions, confirmed) + LEEWAY
        return Assertion(
            name, _text(self._only(subject, _a("NameID"))), self._attributes(one), issued, until, self._session(one)
        )

    def _response(self, response: Any) -> None:
        status = response.find(f"{_p('Status')}/{_p('StatusCode')}")
        if status is None or status.get("Value") != SUCCESS:
            raise self._refuse("The identity provider says that signing in did not succeed.")
        destination = response.get("Destination")
        if destination is not None and destination.rstrip("/") != self._source.recipient:
            raise self._refuse("The response was sent to another destination.")

    def _conditions(self, conditions: Any) -> float:
        begins, ends = self._moment(conditions, "NotBefore"), self._moment(conditions, "NotOnOrAfter")
        self._in_time(begins, ends)
        restrictions = conditions.findall(_a("AudienceRestriction"))
        if not restrictions:
            raise self._refuse("The assertion names no audience.")
        for restriction in restrictions:  # each must hold (SAML core, 2.5.1.4)
            if not {_text(one) for one in restriction.findall(_a("Audience"))} & set(self._source.audiences):
                raise self._refuse(
                    f"The assertion is meant for another audience than {', '.join(self._source.audiences)}."
                )
        return ends if ends is not None else float("inf")

    def _confirmed(self, subject: Any) -> float:
        """The end of a bearer confirmation that holds."""
        reasons: list[TokenRefused] = []
        for one in subject.findall(_a("SubjectConfirmation")):
            if one.get("Method") == BEARER:
                try:
                    return self._bearer(one.find(_a("SubjectConfirmationData")))
                except TokenRefused as reason:
                    reasons.append(reason)
        raise reasons[0] if reasons else self._refuse("The assertion does not speak for whoever bears it.")

    def _bearer(self, data: Any) -> float:
        ends = self._moment(data, "NotOnOrAfter") if data is not None else None
        if ends is None:
            raise self._refuse("The assertion's confirmation never ends; one that does is needed.")
        if (data.get("Recipient") or "").rstrip("/") != self._source.recipient:
            raise self._refuse("The assertion was made for another recipient.")
        self._in_time(self._moment(data, "NotBefore"), ends)
        if ends - self._now > LONGEST:
            raise self._refuse("The assertion holds for more than a day; one that is made for this call is needed.")
        return ends

    def _in_time(self, begins: float | None, ends: float | None) -> None:
        if begins is not None and begins - LEEWAY > self._now:
            raise self._refuse("The assertion does not hold yet: the clocks of its issuer and of this server differ.")
        if ends is not None and ends + LEEWAY <= self._now:
            raise self._refuse("The assertion has expired: sign in again, and check this machine's clock.")

    def _session(self, one: Any) -> float | None:
        statement = one.find(_a("AuthnStatement"))
        if statement is None:
            raise self._refuse("The assertion does not say that anybody signed in.")
        ends = self._moment(statement, "SessionNotOnOrAfter")
        self._in_time(None, ends)
        return ends

    def _attributes(self, one: Any) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for attribute in one.findall(f"{_a('AttributeStatement')}/{_a('Attribute')}"):
            name = attribute.get("Name") or ""
            values = tuple(_text(value) for value in attribute.findall(_a("AttributeValue")))
            found[name] = found.get(name, ()) + values
        return found

    def _only(self, parent: Any, name: str) -> Any:
        children = parent.findall(name)
        if len(children) != 1:
            raise self._refuse(f"The assertion must have one {name.rpartition('}')[2]}, and has {len(children)}.")
        return children[0]

    def _moment(self, element: Any, name: str) -> float | None:
        return self._time(_instant, element.get(name), name)

    def _time(self, convert: Callable[[str], float], value: str | None, name: str) -> float | None:
        try:
            return convert(value) if value is not None else None
        except ValueError as error:
            raise self._refuse(f"The assertion's {name} is not a time.") from error

    def _refuse(self, sentence: str) -> TokenRefused:
        return TokenRefused(sentence, source=self._source.name)


def _instant(value: str) -> float:
    """`2026-01-31T12:00:00.123Z`; always UTC (SAML core, 1.3.3)."""
    if not value.endswith("Z"):
        raise ValueError("not UTC")
    return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()


def _text(element: Any) -> str:
    """All text in it, also of children: what is cut in two by a comment or an element is not read by half."""
    return "".join(element.itertext()).strip()

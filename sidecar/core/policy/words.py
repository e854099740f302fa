"""The kinds of text that a policy is written in, each with what was expected when it is not that.

Rules: nothing here looks at two keys at once; that is `agreement.py`.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.config import JsonDict

from sidecar.core.policy import condition, pattern

# A name becomes part of a header value, a metric label, a detector id and a path in the record.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,23}")
_ALLOWED_PATH = re.compile(r"(?:[A-Z]{3,7} )?/[A-Za-z0-9._~:@!$&'()*+,=/-]*")
MAX_GLOB = 256
# A list of keywords becomes one pattern, and a pattern has to fit into the scanner's memory.
MAX_ENTRIES = 1000
MAX_SAY = 500
_FIELD = re.compile(r"[\w*][\w.* -]{0,63}")
_DURATION = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(s|m|h)")
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}
EffectName = Literal[
    "reads",
    "writes",
    "deletes",
    "destroys_data",
    "runs_code",
    "escalates",
    "leaves_machine",
    "reads_secret",
    "changes_access",
    "installs",
    "spends",
    "unknown",
]


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("expected a name of at most 64 letters, digits, `_`, `.` and `-`, a letter or digit first")
    return value


def _label(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise ValueError("expected at most 24 letters, digits and `_`, a letter first, such as PROJECT")
    return value


def _glob(value: str) -> str:
    if not value.strip() or len(value) > MAX_GLOB:
        raise ValueError(f"expected a text of 1 to {MAX_GLOB} characters, in which * stands for any characters")
    return value


def _field(value: str) -> str:
    # It is told as the detector of what it finds, so it stands in the record and in messages.
    if not _FIELD.fullmatch(value) or not any(map(str.isalnum, value)) or "" in value.split("."):
        raise ValueError(
            "expected the name of a field such as `ssn`, `*_token` or `*.card.number`, at most 64 characters"
        )
    return value


def _keyword(value: str) -> str:
    if not value.strip() or len(value) > MAX_GLOB:
        raise ValueError(f"expected a word or phrase of 1 to {MAX_GLOB} characters")
    return value


def _allowed_path(value: str) -> str:
    if not _ALLOWED_PATH.fullmatch(value) or {".", ".."} & set(value.split("/")):
        raise ValueError("expected a path such as `/v1/files*` or `GET /v1/files*`, without `%`, `?`, `..` or `;`")
    return value


def _group(value: str) -> str:
    if not value.strip() or len(value) > MAX_GLOB or not value.isprintable():
        raise ValueError(f"expected the name of a group, of 1 to {MAX_GLOB} characters")
    if "*" in value:
        raise ValueError("expected the whole name of a group: * has no meaning here")
    return value


def _between(least: float, most: float, expected: str) -> BeforeValidator:
    def check(value: object) -> object:
        found = _DURATION.fullmatch(value) if isinstance(value, str) else None
        seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
        if not least <= seconds <= most:
            raise ValueError(f"expected {expected}")
        return seconds

    return BeforeValidator(check)


def _say(value: str) -> str:
    # It goes into an HTTP header's neighbour, a JSON message and a terminal: one line of printable text.
    if not value.strip() or len(value) > MAX_SAY or not value.isprintable():
        raise ValueError(f"expected one printable line of 1 to {MAX_SAY} characters")
    return value


def _given(value: object) -> object:
    # A key without a value is a slip or a template that came out empty. Read as "left out" it would widen a rule.
    if value is None:
        raise ValueError("expected a value, found nothing; leave the key out if it is not needed")
    return value


def _many(value: object) -> object:
    """One thing may stand without the brackets of a list."""
    return tuple(value) if isinstance(value, list) else (value,) if isinstance(value, str) else value


def _some(value: tuple[str, ...]) -> tuple[str, ...]:
    if not value:
        raise ValueError("expected at least one entry; leave the key out to mean everything")
    if len(value) > MAX_ENTRIES:
        raise ValueError(f"expected at most {MAX_ENTRIES} entries: write several rules")
    return value


def _one_or_many(schema: JsonDict) -> None:
    choices = schema.pop("anyOf", None)
    listed = choices[0] if isinstance(choices, list) else {key: schema.pop(key) for key in ("type", "items")}
    if isinstance(listed, dict):
        schema["anyOf"] = [listed["items"], {**listed, "minItems": 1, "maxItems": MAX_ENTRIES}]


# Nobody decides in less; and who has not decided within a day never will.
_WAITS = _between(5.0, 86_400.0, "a duration from 5s to 24h, such as 30s, 10m or 1h")
_LASTS = _between(1.0, 86_400.0, "a duration from 1s to 24h, such as 15m or 1h")
_WRITTEN = Field(json_schema_extra={"type": "string", "pattern": f"^{_DURATION.pattern}$"})

_GOES_ON = _between(60.0, 31_536_000.0, "a duration from 1m to 8760h, such as 30m or 8h")

GIVEN = BeforeValidator(_given)
LIST = (BeforeValidator(_many), GIVEN)
MANY = (AfterValidator(_some), *LIST, Field(json_schema_extra=_one_or_many))

Name = Annotated[str, AfterValidator(_name), Field(json_schema_extra={"pattern": f"^{_NAME.pattern}$"})]
Label = Annotated[str, AfterValidator(_label), Field(json_schema_extra={"pattern": f"^{_LABEL.pattern}$"})]
Glob = Annotated[str, AfterValidator(_glob), Field(json_schema_extra={"minLength": 1, "maxLength": MAX_GLOB})]
Keyword = Annotated[str, AfterValidator(_keyword), Field(json_schema_extra={"minLength": 1, "maxLength": MAX_GLOB})]
FieldName = Annotated[str, AfterValidator(_field), Field(json_schema_extra={"minLength": 1, "maxLength": 64})]
AllowedPath = Annotated[str, AfterValidator(_allowed_path), Field(json_schema_extra={"pattern": "^([A-Z]+ )?/"})]
Group = Annotated[str, AfterValidator(_group), Field(json_schema_extra={"minLength": 1, "maxLength": MAX_GLOB})]
Timeout = Annotated[float, _WAITS, _WRITTEN]
Reuse = Annotated[float, _LASTS, _WRITTEN]
Duration = Annotated[float, _GOES_ON, _WRITTEN]
Say = Annotated[str, AfterValidator(_say), Field(json_schema_extra={"minLength": 1, "maxLength": MAX_SAY})]
Regex = Annotated[str, AfterValidator(pattern.checked), Field(json_schema_extra={"format": "re2"})]
Cel = Annotated[str, AfterValidator(condition.checked), Field(json_schema_extra={"format": "cel"})]

"""What a bundle says of itself: its name, its version, which files it holds, and who may use it until when."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sidecar.core.errors import Refused
from sidecar.core.wire.json_strict import parse
from sidecar.rulebook.bundle.trouble import BundleRefused

FORMAT = "gatehouse-policies/1"
NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
# Beyond this a program somewhere reads another number.
HIGHEST = 2**53 - 1
_TIME = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files`: name -> SHA-256 in hexadecimal. Times are Unix seconds. `needs`: the oldest Gatehouse that will do."""

    name: str
    version: int
    created: int
    files: Mapping[str, str]
    needs: str
    not_after: int | None = None

    @property
    def title(self) -> str:
        return f"{self.name}@{self.version}"


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    format: Literal["gatehouse-policies/1"]
    name: Annotated[str, StringConstraints(pattern=NAME)]
    version: Annotated[int, Field(ge=1, le=HIGHEST)]
    created: str
    needs: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6}){0,3}$")]
    not_after: str | None = None
    files: Annotated[
        dict[str, Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]], Field(min_length=1, max_length=1_000)
    ]


def as_bytes(manifest: Manifest) -> bytes:
    said: dict[str, object] = {
        "format": FORMAT,
        "name": manifest.name,
        "version": manifest.version,
        "created": moment(manifest.created),
        "needs": manifest.needs,
        "files": dict(manifest.files),
    }
    if manifest.not_after is not None:
        said["not_after"] = moment(manifest.not_after)
    return json.dumps(said, indent=1, sort_keys=True).encode()


def from_bytes(raw: bytes) -> Manifest:
    """Of a signed manifest: what is wrong here was made by a program of another time, not by an attacker."""
    try:
        said = parse(raw).value
        if isinstance(said, Mapping) and said.get("format") != FORMAT:
            raise BundleRefused(f"is of the form {said.get('format')!r}, and this Gatehouse knows {FORMAT!r}")
        written = _Written.model_validate(said)
        until = None if written.not_after is None else seconds(written.not_after)
        return Manifest(written.name, written.version, seconds(written.created), written.files, written.needs, until)
    except Refused as error:
        raise BundleRefused(f"has a manifest that is no JSON: {error}") from error
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(map(str, wrong["loc"])) or "it"
        raise BundleRefused(f"has a manifest that is wrong: {place}: {wrong['msg']}") from error
    except ValueError as error:
        raise BundleRefused(f"has a manifest that is wrong: {error}") from error


def moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime(_TIME)


def seconds(text: str) -> int:
    """Of a time as RFC 3339 writes it, in UTC."""
    try:
        return int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp())
    except ValueError as error:
        raise ValueError(f"expected a time such as 2027-01-31T00:00:00Z, not {text!r}") from error


def older(version: str, needed: str) -> bool:
    """Whether a version of Gatehouse comes before the one that is needed; `0.2.0rc1` counts as `0.2.0`."""
    return _numbers(version) < _numbers(needed)


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r"[0-9]+(\.[0-9]+)*", version)
    numbers = [int(part) for part in found[0].split(".")] if found else []
    return tuple((*numbers, 0, 0, 0, 0)[:4])

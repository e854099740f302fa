"""How much of a message was looked at, and why not all of it."""

from dataclasses import dataclass
from enum import StrEnum


class Scan(StrEnum):
    WHOLE = "whole"
    PARTLY = "partly"
    NOT = "not"
    AFTER_DELIVERY = "after_delivery"


@dataclass(frozen=True, slots=True)
class Scanned:
    """`why` names each thing that was not looked at (`image at messages[0].content[1]`), empty for `whole`."""

    extent: Scan
    why: tuple[str, ...] = ()

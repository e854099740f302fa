"""How a denial is told: rule, reason and exchange, never the value."""

from sidecar.core.errors import Code, Refused
from sidecar.core.model.finding import Verdict

BEGINS = "Blocked by policy rule "


def denial(verdict: Verdict, exchange: str) -> Refused:
    say = (verdict.say or "This is not allowed here.").strip()
    message = f"{BEGINS}{verdict.rule}: {say} (exchange {exchange})"
    return Refused(400, Code.INVALID_REQUEST, message, rule=verdict.rule)

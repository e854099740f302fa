"""What a session may still use, and what becomes of it by each call.

Rules:
- Asked of the session that a caller names; calls without a name are one session for each caller, which begins anew when
  a day is over, or nobody could go on after the first had used it up.
- A value of the `secret` family in the result of a tool, or in what plain HTTP answers, is a secret that was read,
  however it was read.
- A call of an agent's own (MCP, plain HTTP) counts as a tool call, and is refused in a session that is used up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sidecar.core.exchange.tool_call import Called
from sidecar.core.mask.memory import SessionMemory
from sidecar.core.model.action import Action
from sidecar.core.model.effect import Effect, Thing, Understood
from sidecar.core.model.finding import Finding, Verdict
from sidecar.core.model.place import Place
from sidecar.core.model.session_use import SessionUse
from sidecar.core.policy import session_limits
from sidecar.core.policy.facts import ToolCall
from sidecar.core.policy.session_limits import SessionLimits

DAY = 86_400.0
SECRETS = "secret/"


@dataclass(frozen=True, slots=True)
class Budget:
    limits: SessionLimits = session_limits.NO_LIMITS

    def admit(self, memory: SessionMemory, at: float, *, named: bool, direct: bool = False) -> None:
        """Count a request, or refuse what is used up before anything of it is read. `direct`: a call of the agent's
        own, which is no request to a model."""
        use = memory.use
        if not named and use.began is not None and at - use.began >= DAY:
            use = SessionUse()
        refused = session_limits.used_up(use, self.limits, at)
        if refused is not None:
            raise refused
        memory.remember_use(use.begun(at) if direct else use.asked(at))

    def question(self, use: SessionUse) -> Verdict | None:
        return session_limits.too_many_denials(use, self.limits)

    def over_calls(self, use: SessionUse, tool: str, understood: Understood) -> Iterator[Verdict]:
        return session_limits.over_calls(use, self.limits, tool, _hosts(understood))

    def after_call(self, use: SessionUse, called: Called, understood: Understood, verdict: Verdict) -> SessionUse:
        return self.after(use, ToolCall(called.tool, understood.effects, called.runs), understood, verdict)

    def after(self, use: SessionUse, call: ToolCall, understood: Understood, verdict: Verdict) -> SessionUse:
        if verdict.action is Action.DENY:
            return use.refused()
        return use.called(call.tool or "", _hosts(understood)).after(call.effects, runs=call.runs)


NO_BUDGET = Budget()


def after_request(use: SessionUse, verdict: Verdict, findings: Sequence[Finding]) -> SessionUse:
    """Once it is judged."""
    use = after_results(use, [one for one in findings if one.place is Place.TOOL_RESULT])
    return use.refused() if verdict.action is Action.DENY else use


def after_results(use: SessionUse, findings: Sequence[Finding]) -> SessionUse:
    """`findings`: in what came back from a tool or a server."""
    secrets = any(one.detector.startswith(SECRETS) for one in findings)
    return use.after({Effect.READS_SECRET}) if secrets and Effect.READS_SECRET not in use.effects else use


def _hosts(understood: Understood) -> list[str]:
    return [one.name for one in understood.objects if one.kind is Thing.HOST]

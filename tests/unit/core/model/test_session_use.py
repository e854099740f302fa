"""What a session has used grows by each call, and stays within bounds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from sidecar.core.model.effect import Effect
from sidecar.core.model.session_use import MOST_HOSTS, MOST_MODELS, MOST_TOOLS, SessionUse, use_from

SECRET, LEAVES = frozenset({Effect.READS_SECRET}), frozenset({Effect.LEAVES_MACHINE})


def test_a_session() -> None:
    use = SessionUse().asked(5.0).asked(9.0).called("Bash", ["a.example"]).called("Bash", ["A.example", "b.example"])
    use = use.called("Read", []).spent("m", (1, 2, 3)).spent("m", (1, 0, 0)).refused()
    assert (use.began, use.requests, use.calls, use.denied) == (5.0, 2, 3, 1)
    assert dict(use.tools) == {"Bash": 2, "Read": 1}
    assert dict(use.models) == {"m": (2, 2, 3)}
    assert len(use.hosts) == 2
    assert "example" not in repr(use)


def test_what_came_before() -> None:
    use = SessionUse()
    assert use.allows(SECRET)
    assert not use.after(SECRET).allows(SECRET)
    assert use.after(SECRET).allows(LEAVES)
    unread = use.after({Effect.UNKNOWN}, runs=True)
    assert not unread.allows(SECRET)
    assert unread.allows(SECRET, unknown_counts=False)
    other = use.after({Effect.UNKNOWN})
    assert other.allows(SECRET)
    assert not other.allows(SECRET, unknown_counts=True)


def test_bounds() -> None:
    use = SessionUse()
    for number in range(MOST_HOSTS + 50):
        use = use.called(f"tool{number}", [f"h{number}.example"]).spent(f"m{number}", (1, 1, 1))
    assert (len(use.tools), len(use.models), len(use.hosts)) == (MOST_TOOLS, MOST_MODELS, MOST_HOSTS)
    assert sum(count for _, count in use.tools) == MOST_HOSTS + 50
    assert sum(tokens[0] for _, tokens in use.models) == MOST_HOSTS + 50


@given(st.lists(st.sampled_from(["Bash", "Read"])), st.sets(st.sampled_from(list(Effect))), st.booleans())
def test_kept_and_read_again(tools: list[str], effects: set[Effect], runs: bool) -> None:
    use = SessionUse().asked(1.5).after(effects, runs=runs).spent("m", (1, 2, 3))
    for tool in tools:
        use = use.called(tool, [f"{tool}.example"])
    assert use_from(json.loads(json.dumps(use.as_json()))) == use


def test_an_older_memory_had_none() -> None:
    assert use_from({}) == SessionUse()

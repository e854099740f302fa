import pytest

from sidecar.control.desk.blocks import Blocks
from sidecar.control.person import Person, Role
from sidecar.control.store.store import Store
from sidecar.control.tokens.issue import digest
from sidecar.control.tokens.proven import Proven
from sidecar.control.tokens.refusal import TokenRefused
from sidecar.control.tokens.revoke import Revocation
from sidecar.control.tokens.tokens import Tokens
from sidecar.core.errors import RecordingFailed
from sidecar.core.model.block import Target
from tests.unit.control.tokens.rig import NOW, Clock, Noted

ROOT = Person("root", "company", roles=frozenset({Role.ADMIN}))


@pytest.mark.parametrize(
    ("wanted", "target", "value", "before"),
    [
        (Revocation(id="jti-1"), Target.TOKEN, digest("jti-1"), None),
        (Revocation(subject="ada"), Target.SUBJECT, "ada", NOW),
        (Revocation(session="s-1"), Target.SESSION, "s-1", None),
    ],
)
async def test_each_is_a_block(
    made: Tokens,
    store: Store,
    trail: Noted,
    clock: Clock,
    wanted: Revocation,
    target: Target,
    value: str,
    before: object,
) -> None:
    await made.revoker.revoke(wanted, ROOT)
    (block,) = await Blocks(store, trail, clock=clock).all()
    assert (block.target, block.value, block.before) == (target, value, before)
    (fact,) = trail.of("token_revoked")
    assert (fact["by"], fact["target"]) == ("company/root", target.value)
    assert "jti-1" not in str(trail.facts)


@pytest.mark.parametrize("wanted", [Revocation(), Revocation(id="a", subject="b"), Revocation(subject="")])
async def test_one_thing_at_a_time(made: Tokens, trail: Noted, wanted: Revocation) -> None:
    with pytest.raises(TokenRefused, match="exactly one"):
        await made.revoker.revoke(wanted, ROOT)
    assert trail.facts == []


async def test_logins_of_a_revoked_caller_end(made: Tokens, store: Store) -> None:
    async with store.transaction() as transaction:
        begun = await made.logins.begin(transaction, Proven("company", "ada", (), NOW))
    await made.revoker.revoke(Revocation(subject="ada"), ROOT)
    with pytest.raises(TokenRefused, match="has ended"):
        await made.logins.refresh(begun.token)


async def test_what_cannot_be_recorded_does_not_happen(made: Tokens, store: Store, trail: Noted, clock: Clock) -> None:
    trail.full = True
    with pytest.raises(RecordingFailed):
        await made.revoker.revoke(Revocation(subject="ada"), ROOT)
    assert await Blocks(store, trail, clock=clock).all() == ()

"""A key that a believed key vouches for is believed; one that nobody vouches for is named."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sidecar.core.evidence.checkpoint import Checkpoint, key_id, signed
from sidecar.core.evidence.trust import MOST_PLEDGES, Trust, pledged, vouched
from sidecar.core.evidence.verdict import Faults, Trouble
from tests.unit.core.evidence.histories import FORGER, KEYS, PRIVATE

NEXT = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
THIRD = Ed25519PrivateKey.from_private_bytes(bytes(range(3, 35)))
SINCE = "2026-02-01T00:00:00.000000Z"


def stated(by: Ed25519PrivateKey) -> Checkpoint:
    return signed(by, chain="gc", count=1, last_hash=b"h" * 32, root=b"r" * 32, at=SINCE)


def troubles(trust: Trust, one: Checkpoint) -> list[Trouble]:
    faults = Faults()
    trust.signed(one, faults, 2, "it")
    trust.settle(faults)
    return [fault.trouble for fault in faults.found]


def test_a_row_of_pledges_in_any_order_leads_to_the_newest_key() -> None:
    trust, faults = Trust(KEYS), Faults()
    assert trust.signed(stated(THIRD), faults, 2, "it") is None
    trust.see(pledged(NEXT, THIRD.public_key(), SINCE))
    trust.see(pledged(PRIVATE, NEXT.public_key(), SINCE))
    assert trust.settle(faults) == [stated(THIRD)]
    assert faults.found == []
    assert trust.knows(key_id(THIRD.public_key()))


@pytest.mark.parametrize("field", ["from", "to", "public", "since", "signature"])
def test_a_pledge_with_one_other_field_pledges_nothing(field: str) -> None:
    good = pledged(PRIVATE, NEXT.public_key(), SINCE)
    assert vouched(good, KEYS) is not None
    other = pledged(FORGER, FORGER.public_key(), "2026-02-02T00:00:00.000000Z")
    bad = {**good, field: other[field]}
    assert vouched(bad, KEYS) is None
    trust = Trust(KEYS)
    trust.see(bad)
    assert troubles(trust, stated(NEXT)) == [Trouble.UNKNOWN_KEY]


@pytest.mark.parametrize(
    ("note", "fact"),
    [
        ("a rotation of before pledges", {"from": "a", "to": "b", "public": "c"}),
        ("numbers", {"from": 1, "to": 2, "public": 3, "since": 4, "signature": 5}),
        ("no hexadecimal", {"from": next(iter(KEYS)), "to": "b", "public": "z", "since": "s", "signature": "z"}),
    ],
)
def test_what_is_no_pledge_is_passed_over(note: str, fact: dict[str, object]) -> None:
    trust = Trust(KEYS)
    trust.see(fact)
    assert troubles(trust, stated(PRIVATE)) == []
    assert troubles(trust, stated(NEXT)) == [Trouble.UNKNOWN_KEY]


def test_whoever_pledges_for_himself_is_unknown() -> None:
    trust = Trust(KEYS)
    trust.see(pledged(FORGER, FORGER.public_key(), SINCE))
    assert troubles(trust, stated(FORGER)) == [Trouble.UNKNOWN_KEY]


def test_a_forger_of_pledges_does_not_fill_memory() -> None:
    trust = Trust(KEYS)
    for number in range(MOST_PLEDGES + 5):
        trust.see({"from": "nobody", "to": f"{number}", "public": "", "since": "", "signature": ""})
    assert len(trust._pledges) == MOST_PLEDGES


def test_a_signature_that_does_not_hold_is_named_also_when_its_key_came_late() -> None:
    from dataclasses import replace

    trust, faults = Trust(KEYS), Faults()
    assert trust.signed(replace(stated(PRIVATE), count=2), faults, 2, "it") is False
    trust.signed(replace(stated(NEXT), count=2), faults, 3, "it")
    trust.see(pledged(PRIVATE, NEXT.public_key(), SINCE))
    assert trust.settle(faults) == []
    assert [(fault.trouble, fault.seq) for fault in faults.found] == [
        (Trouble.BAD_SIGNATURE, 2),
        (Trouble.BAD_SIGNATURE, 3),
    ]

"""Our own authority and certificate: what is due when, and that everyone can check what is shown at any moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from sidecar.control.admission.certificates import Kept, Terms, due, ends, first, from_files, to_files

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TERMS = Terms()
NAMES = ("gatehouse-webhook.gatehouse.svc", "gatehouse-control.gatehouse.svc")


def trusted(kept: Kept, known: str, at: datetime, name: str = NAMES[0]) -> None:
    store = Store(x509.load_pem_x509_certificates(known.encode()))
    verifier = PolicyBuilder().store(store).time(at).build_server_verifier(x509.DNSName(name))
    verifier.verify(x509.load_pem_x509_certificate(kept.leaf.certificate.encode()), [])


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_is_trusted_for_its_names(name: str) -> None:
    kept = first(NAMES, NOW, TERMS)
    trusted(kept, kept.known, NOW, name)
    with pytest.raises(x509.verification.VerificationError):
        trusted(kept, kept.known, NOW, "other.svc")


def test_nothing_is_due_at_first() -> None:
    kept = first(NAMES, NOW, TERMS)
    assert due(kept, NAMES, NOW, TERMS) is kept


def test_files_and_back() -> None:
    kept = first(NAMES, NOW, TERMS)
    assert from_files(to_files(kept)) == kept
    following = due(kept, NAMES, NOW + TERMS.authority - TERMS.authority_before + timedelta(days=1), TERMS)
    assert following.following is not None
    assert from_files(to_files(following)) == following


@pytest.mark.parametrize("name", ["ca.crt", "tls.crt", "tls.key", "signer.key"])
@pytest.mark.parametrize("text", ["", "no PEM"])
def test_half_of_it_is_nothing(name: str, text: str) -> None:
    assert from_files({**to_files(first(NAMES, NOW, TERMS)), name: text}) is None


def test_the_certificate_is_renewed_before_its_end_by_the_same_authority() -> None:
    kept = first(NAMES, NOW, TERMS)
    later = NOW + timedelta(days=21)
    renewed = due(kept, NAMES, later, TERMS)
    assert renewed.leaf != kept.leaf
    assert (renewed.signer, renewed.known) == (kept.signer, kept.known)
    assert ends(renewed.leaf.certificate) > later + timedelta(days=29)


def test_other_names_are_a_reason() -> None:
    kept = first(NAMES, NOW, TERMS)
    trusted(due(kept, ("new.svc",), NOW, TERMS), kept.known, NOW, "new.svc")


def test_a_life_of_many_years_without_a_moment_of_distrust() -> None:
    """Whoever looked a day ago still trusts what is shown now, and the other way round."""
    kept, at, authorities = first(NAMES, NOW, TERMS), NOW, set()
    for _ in range(500):
        at += timedelta(days=9)
        step = due(kept, NAMES, at, TERMS)
        trusted(step, kept.known, at)
        trusted(kept, step.known, at)
        kept = step
        authorities.add(kept.signer.certificate)
        assert kept.known.count("BEGIN CERTIFICATE") <= 2
    assert len(authorities) == 4


def test_everything_over_is_begun_again() -> None:
    kept = first(NAMES, NOW, TERMS)
    later = NOW + timedelta(days=4000)
    trusted(again := due(kept, NAMES, later, TERMS), again.known, later)


def test_an_authority_signs_only_after_it_was_told() -> None:
    terms = replace(TERMS, authority=timedelta(days=10), authority_before=timedelta(days=5))
    kept = first(NAMES, NOW, terms)
    told = due(kept, NAMES, NOW + timedelta(days=6), terms)
    assert told.following is not None
    assert told.signer == kept.signer
    assert due(told, NAMES, NOW + timedelta(days=6, hours=1), terms).signer == kept.signer
    assert due(told, NAMES, NOW + timedelta(days=7, hours=1), terms).signer == told.following

from sidecar.core.evidence.verdict import MOST_FAULTS, Fault, Faults, Summary, Trouble, Verdict


def test_a_fault_says_what_and_where() -> None:
    assert str(Fault(Trouble.CHANGED, "gc_1", 7, "so it is")) == "changed: gc_1/7: so it is"
    assert str(Fault(Trouble.PART_MISSING, "gc_1", None, "so it is")) == "part missing: gc_1: so it is"


def test_each_trouble_is_about_one_of_the_two_verdicts() -> None:
    for trouble in Trouble:
        faults = Faults()
        faults.add(trouble, "gc_1", 1, "")
        assert faults.integrity is not faults.completeness


def test_a_thousand_are_enough_and_the_rest_is_counted() -> None:
    faults = Faults()
    for number in range(MOST_FAULTS + 5):
        faults.add(Trouble.CHANGED, "gc_1", number, "")
    assert (len(faults.found), faults.left_out) == (MOST_FAULTS, 5)


def test_what_no_checkpoint_covers_is_counted() -> None:
    for last, covered, expected in ((11, 10, 0), (14, 10, 3), (4, 0, 4)):
        chain = Summary("gc_1", 1, last, b"", last, None, {}, covered)
        assert chain.uncovered == expected
        verdict = Verdict(True, True, (), 0, (chain,))
        assert (verdict.uncovered, verdict.events, verdict.green) == (expected, last, True)
    assert not Verdict(True, False, (), 0, ()).green

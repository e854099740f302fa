from sidecar.record.clickhouse.backoff import Backoff


def test_longer_each_time_up_to_a_bound() -> None:
    backoff = Backoff(lambda: 0.999999, first=1.0, most=5.0)
    assert [round(backoff.seconds()) for _ in range(5)] == [1, 2, 4, 5, 5]


def test_half_of_it_is_chance() -> None:
    assert Backoff(lambda: 0.0, first=1.0).seconds() == 0.5
    assert Backoff(lambda: 0.5, first=1.0).seconds() == 0.75


def test_after_success_it_begins_again() -> None:
    backoff = Backoff(lambda: 0.0, first=1.0)
    backoff.seconds()
    backoff.seconds()
    backoff.reset()
    assert backoff.seconds() == 0.5

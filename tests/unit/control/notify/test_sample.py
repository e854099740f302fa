"""A sample says only that it is one."""

from sidecar.control.notify.news import News
from sidecar.control.notify.outcome import Outcome
from sidecar.control.notify.sample import sample
from sidecar.settings.notify import Occasion, Route
from tests.unit.control.notify.told import route


async def test_a_sample() -> None:
    sent = []

    async def deliver(to: Route, identifier: str, news: News) -> Outcome:
        sent.append((to.name, identifier.startswith("nt_test_"), news.occasion, news.call, news.stop))
        return Outcome(False, "404 Not Found")

    assert await sample(deliver, route()) == Outcome(False, "404 Not Found")
    assert sent == [("ops", True, Occasion.TEST, None, None)]
